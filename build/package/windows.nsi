; The Windows installer: for the current user, without an administrator. It
; brings no engine (Ollama's own is used) and leaves the user's data alone when
; it removes the program. package.sh defines VERSION, NUMBERS, ROOT and OUT.
Unicode true
SetCompressor /SOLID lzma
!include MUI2.nsh

!define ICON "${ROOT}/build/cache/package/errata.ico"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Errata"

Name "Errata"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\Errata"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "Errata"
VIAddVersionKey FileDescription "Errata installer"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey LegalCopyright "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\errata.exe"
!insertmacro MUI_PAGE_LICENSE "${ROOT}/LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "SimpChinese"

Section
  SetOutPath "$INSTDIR"
  File "${ROOT}/build/bin/errata.exe"
  File "${ROOT}/build/bin/errata-headless.exe"
  File "${ROOT}/LICENSE"
  File "${ROOT}/build/cache/package/licences.txt"
  CreateShortcut "$SMPROGRAMS\Errata.lnk" "$INSTDIR\errata.exe"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Errata"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\errata.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  Delete "$INSTDIR\errata.exe"
  Delete "$INSTDIR\errata-headless.exe"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\licences.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Errata.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
