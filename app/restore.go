package app

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"errata/backend/bolt"
)

// restoreFlag is how this binary is started to repair a damaged home. It opens
// nothing else, because the program cannot start on a damaged database.
const restoreFlag = "--restore"

// restoreDB puts the newest backup that passes its check in place of the database;
// the damaged file stays beside it. Without a good backup, the records whose hash
// is right are copied into a new database.
func restoreDB(args []string, out, stderr io.Writer) int {
	asked := ""
	if len(args) == 2 && args[0] == "--home" {
		asked = args[1]
	}
	home, err := HomeDir(asked)
	if err != nil {
		fmt.Fprintln(stderr, "errata:", err)
		return 1
	}
	path := filepath.Join(home, dbName)
	backups, err := bolt.Backups(filepath.Join(home, backupsDir))
	if err != nil {
		fmt.Fprintln(stderr, "errata:", err)
		return 1
	}
	for _, b := range backups { // newest first
		if checkInChild(b.Path) != nil {
			continue
		}
		kept, err := bolt.Restore(b.Path, path)
		if err != nil {
			fmt.Fprintln(stderr, "errata:", err)
			return 1
		}
		fmt.Fprintf(out, "Restored the backup of %s. The damaged file is kept as %s.\n", b.At.Format(time.DateTime), kept)
		return 0
	}
	fresh, aside := path+".salvaged", path+".damaged-"+time.Now().Format("20060102-150405")
	_ = os.Remove(fresh)
	report, err := bolt.Salvage(path, fresh)
	if err != nil {
		fmt.Fprintln(stderr, "errata: no backup is sound and the file cannot be read:", err)
		return 1
	}
	if err = os.Rename(path, aside); err == nil {
		err = os.Rename(fresh, path)
	}
	if err != nil {
		fmt.Fprintln(stderr, "errata:", err)
		return 1
	}
	fmt.Fprintf(out, "No backup was there; %d sound records were copied, %d were damaged. The damaged file is kept as %s.\n", report.Total(), report.Damaged, aside)
	return 0
}
