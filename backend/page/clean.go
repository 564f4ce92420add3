package page

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/unicode/norm"

	xunicode "golang.org/x/text/encoding/unicode"

	"errata/backend"
)

// Clean drops what cannot be seen (control, zero-width, bidi and tag
// characters, variation selectors of plane 14), composes accents (NFC) and
// squeezes spaces. Paragraphs stay separated by one empty line.
func Clean(s string) string {
	s, _ = clean(s)
	return s
}

// Hides says whether s spells orders to a model in characters that Clean drops.
func Hides(s string) bool {
	_, tagged := clean(s)
	return looksLikeInstructions(tagged)
}

// clean also returns what the tag characters spelled: they are a way to hide
// ASCII from people but not from a model.
func clean(s string) (visible, tagged string) {
	var b, tags strings.Builder
	b.Grow(len(s))
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case r == '\n':
			b.WriteRune('\n')
		case r >= 0xE0020 && r <= 0xE007E:
			tags.WriteRune(r - 0xE0000)
		case invisible(r):
		case unicode.IsSpace(r) || r == '\u2800':
			b.WriteRune(' ')
		default:
			b.WriteRune(r)
		}
	}
	return squeeze(norm.NFC.String(b.String())), tags.String()
}

func invisible(r rune) bool {
	switch {
	case unicode.IsSpace(r):
		return false
	case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r):
		return true
	case r >= 0xE0000 && r <= 0xE0FFF: // tags and variation selectors
		return true
	case r >= 0xFE00 && r <= 0xFE0F, r == 0x034F, r == 0x115F, r == 0x1160, r == 0x3164, r == 0xFFA0, r == 0x17B4, r == 0x17B5:
		return true
	}
	return false
}

// squeeze trims lines, joins runs of spaces and keeps at most one empty line.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	empty := 0
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.Join(strings.Fields(line), " ")
		if line == "" {
			empty++
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
			if empty > 0 {
				b.WriteByte('\n')
			}
		}
		empty = 0
		b.WriteString(line)
	}
	return b.String()
}

// decode makes UTF-8 of data: byte order mark, then valid UTF-8, then what the
// content type or the page itself says, then windows-1252.
func decode(data []byte, contentType string, markup bool) (string, error) {
	for _, m := range []struct {
		mark string
		enc  encoding.Encoding
	}{
		{"\xEF\xBB\xBF", nil},
		{"\xFF\xFE\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"\x00\x00\xFE\xFF", utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
		{"\xFF\xFE", xunicode.UTF16(xunicode.LittleEndian, xunicode.UseBOM)},
		{"\xFE\xFF", xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM)},
	} {
		if !bytes.HasPrefix(data, []byte(m.mark)) {
			continue
		}
		if m.enc == nil {
			return string(bytes.ToValidUTF8(data[len(m.mark):], []byte("\uFFFD"))), nil
		}
		return decodeWith(m.enc, data)
	}
	if bytes.IndexByte(data, 0) >= 0 && !markup {
		return "", backend.Errorf(backend.CodeInvalid, "page.decode", "The file is not text (it holds zero bytes).")
	}
	if utf8.Valid(data) {
		return string(data), nil
	}
	enc, _, certain := charset.DetermineEncoding(data[:min(len(data), 1024)], contentType)
	if !markup && !certain {
		enc = charmap.Windows1252
	}
	return decodeWith(enc, data)
}

func decodeWith(enc encoding.Encoding, data []byte) (string, error) {
	out, err := enc.NewDecoder().Bytes(data)
	if err != nil {
		return "", backend.Wrap(err, backend.CodeInvalid, "page.decode", "The character set of the document could not be read.")
	}
	return string(bytes.ToValidUTF8(out, []byte("\uFFFD"))), nil
}

// instruction matches text that speaks to a model rather than to a reader. It
// only decides whether dropped text is worth a flag, so it may be generous.
var instruction = regexp.MustCompile(`(?i)\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:previous|prior|above|all|earlier|instruction|context|rule)|` +
	`\b(?:you are|act as|pretend|as an? (?:ai|llm|language model|assistant))\b|` +
	`\b(?:system|assistant|user|developer)\s*(?:prompt|message|:)|<\|?/?(?:im_start|im_end|system|assistant|endoftext)|` +
	`\b(?:answer|respond|reply|say|output|state|write|claim|report|tell)\b.{0,40}\b(?:that|with|only|the user|correct|instead)\b|` +
	`\b(?:ai|llm|model|chatbot|assistant)s?\b.{0,60}\b(?:must|should|shall|always|never|instruct|please)\b|` +
	`\bnew instructions?\b|\binstructions?\s*:|\bprompt\b`)

// looksLikeInstructions says whether dropped text speaks to a machine.
func looksLikeInstructions(s string) bool {
	s, _ = clean(s)
	return len(s) >= 8 && instruction.MatchString(strings.Join(strings.Fields(s), " "))
}

// Text reads plain text.
func Text(data []byte, o Options) (Page, error) {
	return guarded("page.text", data, MaxText, o, func() (Page, error) {
		s, err := decode(data, o.ContentType, false)
		if err != nil {
			return Page{}, err
		}
		text, tagged := clean(s)
		p := Page{Text: text}
		if looksLikeInstructions(tagged) {
			p.Flags = append(p.Flags, FlagHiddenText)
		}
		return p, nil
	})
}
