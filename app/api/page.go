package api

// ContentPolicy is what the page may load in either door: our own files and
// nothing else. Frames stay shut, because a frame could reach the API.
const ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'none'; base-uri 'none'; form-action 'none'"
