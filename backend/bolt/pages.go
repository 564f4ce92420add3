package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
)

// The file format of bbolt (go.etcd.io/bbolt/internal/common, version 2), read
// here with every length and id checked, because bbolt itself trusts them and
// takes the process down with a damaged file. Numbers are in the machine's order.
const (
	pageHeader   = 16
	elementSize  = 16
	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01
	metaMagic    = 0xED0CDAED
	metaVersion  = 2
	metaSize     = 64
	maxDepth     = 64
)

var errNoMeta = errors.New("neither of its two head pages is whole")

type meta struct {
	root, freelist, highWater, txid uint64
	pageSize                        int
}

// pages reads a store file page by page, without bbolt.
type pages struct {
	*os.File
	size int64
	meta meta
}

// openPages reads the newer of the two head pages that is whole, and fails with
// errNoMeta when none is.
func openPages(path string) (*pages, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	p := &pages{File: f, size: info.Size()}
	found := false
	for size := 1024; size <= 64<<10; size <<= 1 {
		for _, offset := range []int64{0, int64(size)} {
			m, ok := p.readMeta(offset)
			if ok && m.pageSize == size && (!found || m.txid > p.meta.txid) {
				p.meta, found = m, true
			}
		}
	}
	if !found {
		return nil, errors.Join(errNoMeta, f.Close())
	}
	return p, nil
}

func (p *pages) readMeta(offset int64) (meta, bool) {
	b := make([]byte, pageHeader+metaSize)
	if _, err := p.ReadAt(b, offset); err != nil {
		return meta{}, false
	}
	b = b[pageHeader:]
	u32, u64 := binary.NativeEndian.Uint32, binary.NativeEndian.Uint64
	h := fnv.New64a()
	h.Write(b[:56])
	if u32(b) != metaMagic || u32(b[4:]) != metaVersion || u64(b[56:]) != h.Sum64() {
		return meta{}, false
	}
	return meta{root: u64(b[16:]), freelist: u64(b[32:]), highWater: u64(b[40:]), txid: u64(b[48:]), pageSize: int(u32(b[8:]))}, true
}

// short says how much of the file is missing, "" when all is there.
func (p *pages) short() string {
	if want := int64(p.meta.highWater) * int64(p.meta.pageSize); p.size < want {
		return fmt.Sprintf("the file has %d bytes and should have at least %d", p.size, want)
	}
	return ""
}

// page is one page with its overflow.
type page struct {
	flags, count uint16
	data         []byte
}

func (p *pages) read(id uint64) (page, error) {
	ps := int64(p.meta.pageSize)
	if id < 2 || id >= p.meta.highWater || int64(id+1)*ps > p.size {
		return page{}, fmt.Errorf("page %d lies outside the file", id)
	}
	head := make([]byte, pageHeader)
	if _, err := p.ReadAt(head, int64(id)*ps); err != nil {
		return page{}, err
	}
	if got := binary.NativeEndian.Uint64(head); got != id {
		return page{}, fmt.Errorf("page %d calls itself %d", id, got)
	}
	overflow := uint64(binary.NativeEndian.Uint32(head[12:]))
	if id+overflow >= p.meta.highWater || int64(id+overflow+1)*ps > p.size {
		return page{}, fmt.Errorf("page %d runs over the end of the file", id)
	}
	data := make([]byte, int64(overflow+1)*ps)
	if _, err := p.ReadAt(data, int64(id)*ps); err != nil {
		return page{}, err
	}
	return pageOf(data), nil
}

func pageOf(data []byte) page {
	return page{binary.NativeEndian.Uint16(data[8:]), binary.NativeEndian.Uint16(data[10:]), data}
}

// element is one leaf element; offset is where its value starts in the page.
type element struct {
	bucket     bool
	key, value []byte
}

func (g page) leaf(i int) (element, error) {
	start := pageHeader + i*elementSize
	if start+elementSize > len(g.data) {
		return element{}, errors.New("its list of elements is too long")
	}
	u32 := binary.NativeEndian.Uint32
	head := g.data[start:]
	from := uint64(start) + uint64(u32(head[4:]))
	mid := from + uint64(u32(head[8:]))
	end := mid + uint64(u32(head[12:]))
	if end > uint64(len(g.data)) {
		return element{}, errors.New("an element runs over its end")
	}
	return element{u32(head)&bucketLeaf != 0, g.data[from:mid], g.data[mid:end]}, nil
}

func (g page) child(i int) (uint64, error) {
	start := pageHeader + i*elementSize
	if start+elementSize > len(g.data) {
		return 0, errors.New("its list of children is too long")
	}
	return binary.NativeEndian.Uint64(g.data[start+8:]), nil
}

// walk visits what hangs on the root, in order. Unreadable parts go to bad, and
// the walk goes on beside them. Slices are valid until visit returns.
func (p *pages) walk(visit func(bucket string, key, value []byte), bad func(problem string)) {
	w := walker{pages: p, visit: visit, bad: bad, seen: map[uint64]bool{}}
	w.tree(p.meta.root, "", 0)
}

type walker struct {
	*pages
	visit func(bucket string, key, value []byte)
	bad   func(string)
	seen  map[uint64]bool
	last  []byte
}

func (w *walker) tree(id uint64, bucket string, depth int) {
	if depth > maxDepth || w.seen[id] {
		w.bad(fmt.Sprintf("page %d hangs on the tree twice", id))
		return
	}
	w.seen[id] = true
	g, err := w.read(id)
	if err != nil {
		w.bad(err.Error())
		return
	}
	w.page(g, fmt.Sprintf("page %d", id), bucket, depth)
}

func (w *walker) page(g page, name, bucket string, depth int) {
	switch g.flags {
	case branchPage:
		for i := range int(g.count) {
			child, err := g.child(i)
			if err != nil {
				w.bad(name + ": " + err.Error())
				return
			}
			w.tree(child, bucket, depth+1)
		}
	case leafPage:
		for i := range int(g.count) {
			e, err := g.leaf(i)
			if err != nil {
				w.bad(name + ": " + err.Error())
				continue
			}
			w.element(e, name, bucket, depth)
		}
	default:
		w.bad(fmt.Sprintf("%s has the unknown kind %#x", name, g.flags))
	}
}

func (w *walker) element(e element, name, bucket string, depth int) {
	if e.bucket != (bucket == "") {
		w.bad(name + " holds a bucket or a value in the wrong place")
		return
	}
	if !e.bucket {
		if w.last != nil && bytes.Compare(e.key, w.last) <= 0 {
			w.bad(name + " holds its keys out of order")
		}
		w.last = append(w.last[:0], e.key...)
		w.visit(bucket, e.key, e.value)
		return
	}
	w.last = nil
	if len(e.value) < 16 {
		w.bad(name + " holds a bucket without a head")
		return
	}
	if root := binary.NativeEndian.Uint64(e.value); root != 0 {
		w.tree(root, string(e.key), depth+1)
		return
	}
	if len(e.value) < 16+pageHeader {
		w.bad(name + " holds a bucket without its page")
		return
	}
	w.page(pageOf(e.value[16:]), name, string(e.key), depth+1)
}

// freelist checks the list of free pages, which bbolt reads unchecked.
func (p *pages) freelist() error {
	if p.meta.freelist == ^uint64(0) {
		return nil
	}
	g, err := p.read(p.meta.freelist)
	if err != nil {
		return err
	}
	if g.flags != freelistPage {
		return fmt.Errorf("the list of free pages has the kind %#x", g.flags)
	}
	ids, n := g.data[pageHeader:], uint64(g.count)
	if n == 0xFFFF {
		n, ids = binary.NativeEndian.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids)/8) {
		return errors.New("the list of free pages is longer than its page")
	}
	last := uint64(1)
	for i := range n {
		id := binary.NativeEndian.Uint64(ids[i*8:])
		if id <= last || id >= p.meta.highWater {
			return errors.New("the list of free pages names a page that cannot be free")
		}
		last = id
	}
	return nil
}

// sweep visits every leaf element of a file, whether or not it hangs on the
// root, old copies too. It needs no whole head: without one the page size is
// the machine's.
func sweep(path string, visit func(key, value []byte)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read only: nothing can be lost
	ps := int64(os.Getpagesize())
	if p, err := openPages(path); err == nil {
		ps = int64(p.meta.pageSize)
		if err := p.Close(); err != nil {
			return err
		}
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	for id := int64(2); id*ps < info.Size(); id++ {
		head := make([]byte, pageHeader)
		if _, err := f.ReadAt(head, id*ps); err != nil {
			return ignoreEnd(err)
		}
		if binary.NativeEndian.Uint64(head) != uint64(id) || binary.NativeEndian.Uint16(head[8:]) != leafPage {
			continue
		}
		length := min((int64(binary.NativeEndian.Uint32(head[12:]))+1)*ps, info.Size()-id*ps)
		data := make([]byte, length)
		if _, err := f.ReadAt(data, id*ps); err != nil {
			return ignoreEnd(err)
		}
		sweepPage(pageOf(data), visit, 0)
	}
	return nil
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func sweepPage(g page, visit func(key, value []byte), depth int) {
	for i := range int(g.count) {
		e, err := g.leaf(i)
		switch {
		case err != nil:
		case !e.bucket:
			visit(e.key, e.value)
		case depth == 0 && len(e.value) >= 16+pageHeader && binary.NativeEndian.Uint64(e.value) == 0:
			sweepPage(pageOf(e.value[16:]), visit, depth+1)
		}
	}
}
