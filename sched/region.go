package sched

import (
	"encoding/binary"
	"unsafe"
)

// region is the memory of a registered variable.
type region struct {
	bytes   []byte
	size    uintptr // of an element
	parts   []part  // of an element, in order
	guarded bool    // no task reads it without saying so
}

// part is a piece of memory without gaps.
type part struct {
	offset, size uintptr
	kind         partKind
}

type partKind uint8

const (
	plainPart   partKind = iota // the bytes are the value
	textPart                    // a string: the text is the value
	pointerPart                 // where it leads is the value
)

const wordSize = unsafe.Sizeof(uintptr(0))

func newRegion(s saved) region {
	t := s.elem()
	parts, _ := layoutOf(t)
	r := region{bytes: s.bytes(), size: t.Size(), parts: parts, guarded: s.readsAreSaid()}
	if len(parts) == 1 && parts[0] == (part{0, r.size, plainPart}) { // no gaps between elements either
		r.size = uintptr(len(r.bytes))
		r.parts = []part{{0, r.size, plainPart}}
	}
	return r
}

// hash adds the value of the variable.
func (r *region) hash(h *Hash, ids *identities) {
	if r.size == 0 {
		return
	}
	for at := uintptr(0); at < uintptr(len(r.bytes)); at += r.size {
		for i := range r.parts {
			p := &r.parts[i]
			b := r.bytes[at+p.offset : at+p.offset+p.size]
			switch p.kind {
			case plainPart:
				h.bytes(b)
			case textPart:
				h.Text(*(*string)(unsafe.Pointer(&b[0])))
			case pointerPart:
				h.Word(ids.of(uint64(*(*uintptr)(unsafe.Pointer(&b[0])))))
			}
		}
	}
}

// bytes adds b, of which the length is known.
func (h *Hash) bytes(b []byte) {
	for len(b) >= 8 {
		h.Word(binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	if len(b) > 0 {
		var v uint64
		for i, c := range b {
			v |= uint64(c) << (8 * i)
		}
		h.Word(v)
	}
}
