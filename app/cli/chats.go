package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"errata/app/api"
	"errata/backend"
	"errata/backend/flow"
)

type chatsCmd struct {
	List   chatsListCmd   `cmd:"" help:"List chats, pinned and newest first."`
	Export chatsExportCmd `cmd:"" help:"Write a chat as Markdown or JSON."`
	Import chatsImportCmd `cmd:"" help:"Import the chats of ChatGPT or Open WebUI."`
	Delete chatsDeleteCmd `cmd:"" help:"Put chats into the trash."`
}

type chatsListCmd struct {
	Query string `help:"Words that title or folder must have."`
	Limit int    `default:"50" help:"At most so many."`
}

// Run lists chats.
func (c chatsListCmd) Run(s *session) error {
	return show(s, "Chats", func(w io.Writer, all []backend.Chat) {
		if len(all) == 0 {
			fmt.Fprintln(w, "No chats. `errata ask` begins one, `errata chats import` brings yours from elsewhere.")
		}
		t := tabwriter.NewWriter(w, 2, 2, 2, ' ', 0)
		for _, c := range all {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", c.ID, day(&c.UpdatedAt), c.Title, c.Folder)
		}
		_ = t.Flush()
	}, backend.ChatFilter{Query: c.Query, Limit: c.Limit})
}

type chatsExportCmd struct {
	ID     string `arg:"" help:"Id of the chat."`
	Format string `help:"markdown (the newest branch) or json (all branches and verdicts); default: markdown, with --json json." enum:",markdown,json" default:""`
}

// Run writes a chat to stdout.
func (c chatsExportCmd) Run(s *session) error {
	if !s.root.JSON || c.Format != "markdown" {
		byDefault := "markdown"
		if s.root.JSON {
			byDefault = "json"
		}
		return s.dump("ExportChat", c.ID, cmp.Or(c.Format, byDefault), "")
	}
	return s.with(func(caller Caller) error {
		text, err := get[string](s, caller, "ExportChat", c.ID, c.Format, "")
		if err != nil {
			return err
		}
		return s.print(struct {
			Markdown string `json:"markdown"`
		}{text}, nil)
	})
}

type chatsDeleteCmd struct {
	ID []string `arg:"" help:"Ids of the chats."`
}

// Run puts chats into the trash.
func (c chatsDeleteCmd) Run(s *session) error {
	return s.with(func(caller Caller) error {
		n, err := get[int](s, caller, "DeleteChats", c.ID)
		if err != nil {
			return err
		}
		return s.print(struct {
			Deleted int `json:"deleted"`
		}{n}, func(w io.Writer) { fmt.Fprintln(w, backend.Count(n, "chat")+" put into the trash") })
	})
}

type chatsImportCmd struct {
	File string `arg:"" help:"ChatGPT's conversations.json, or the file of Open WebUI's Export Chats; - reads stdin."`
}

// Run imports chats. A second import of the same file adds only what is new in it.
func (c chatsImportCmd) Run(s *session) error {
	in, size := s.io.In, int64(0)
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return backend.Wrap(err, backend.CodeNotFound, "chats.import", "The file cannot be read.")
		}
		defer func() { _ = f.Close() }() // read only: nothing can be lost
		if info, err := f.Stat(); err == nil {
			size = info.Size()
		}
		in = f
	}
	return s.with(func(caller Caller) error {
		total, err := s.importChats(caller, in, size)
		if err == nil && total.Count() == 0 {
			err = backend.Errorf(backend.CodeNotFound, "chats.import", "No chat was imported; chats that could not be read: %d.", len(total.Problems))
		}
		if err != nil {
			for _, p := range total.Problems {
				fmt.Fprintln(s.io.Err, " ", p)
			}
			return kept(total, err)
		}
		return s.print(total, func(w io.Writer) { writeImported(w, total) })
	})
}

// importChats sends a file piece by piece.
func (s *session) importChats(c Caller, in io.Reader, size int64) (flow.ImportedChats, error) {
	total := flow.ImportedChats{Added: []string{}, Problems: []string{}, LeftOut: map[string]int{}}
	shown := newProgress(s.io.Err)
	defer shown.end()
	var piece []byte
	for want := flow.ImportPiece; ; {
		had := len(piece)
		piece = append(piece, make([]byte, want-had)...)
		n, err := io.ReadFull(in, piece[had:])
		piece = piece[:had+n]
		last := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !last {
			return total, backend.Wrap(err, backend.CodeUnavailable, "chats.import", "The file cannot be read to its end.")
		}
		next, err := get[flow.ImportedChats](s, c, "ImportChats", RequestID, flow.ImportInput{Piece: piece, At: total.At, Last: last})
		if err != nil {
			return total, err
		}
		total.Add(next)
		if last {
			return total, nil
		}
		if !s.root.Quiet {
			shown.show("chats.import", count(line{What: "Importing chats", Done: int64(total.Read), Total: size}))
		}
		if next.Read == 0 {
			want *= 2
			continue
		}
		piece = append([]byte{}, piece[next.Read:]...)
		want = min(flow.MostChat, max(flow.ImportPiece, 2*len(piece)))
	}
}

// kept says of an import that broke off what it brought.
func kept(total flow.ImportedChats, err error) error {
	if total.Count() == 0 {
		return err
	}
	e := &backend.Error{Code: backend.CodeOf(err), Op: "chats.import", Message: api.Sentence(err), Err: err}
	return e.WithHint(fmt.Sprintf("What came before is kept (%s). Importing the file again goes on and doubles nothing.", backend.Count(total.Count(), "chat")))
}

func writeImported(w io.Writer, c flow.ImportedChats) {
	fmt.Fprintf(w, "%s imported with %s and %s\n", backend.Count(len(c.Added), "chat"), backend.Count(c.Questions, "question"), backend.Count(c.Answers, "answer"))
	if c.Grown > 0 {
		fmt.Fprintf(w, "  %s here already got what was new\n", backend.Count(c.Grown, "chat"))
	}
	if c.Known > 0 {
		fmt.Fprintf(w, "  %s here already stayed as they are\n", backend.Count(c.Known, "chat"))
	}
	if len(c.LeftOut) > 0 {
		var list []string
		for _, what := range slices.Sorted(maps.Keys(c.LeftOut)) {
			list = append(list, fmt.Sprintf("%s (%d)", what, c.LeftOut[what]))
		}
		fmt.Fprintf(w, "  not taken: %s\n", strings.Join(list, ", "))
	}
	for _, p := range c.Problems {
		fmt.Fprintln(w, " ", p)
	}
}
