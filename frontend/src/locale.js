/**
 * WebKitGTK calls its language "C" where no locale is set, which `Intl` refuses.
 * Imported first, before a library asks for it.
 */
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { get: () => 'en', configurable: true });
  Object.defineProperty(navigator, 'languages', { get: () => ['en'], configurable: true });
}
