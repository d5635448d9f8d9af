package sched

import "unsafe"

// saved is a registered variable.
type saved interface {
	take()
	restore()
	bytes() []byte // the variable itself
}

type savedVar[T any] struct {
	live *T
	copy T
}

func (s *savedVar[T]) take()    { s.copy = *s.live }
func (s *savedVar[T]) restore() { *s.live = s.copy }
func (s *savedVar[T]) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(s.live)), unsafe.Sizeof(*s.live))
}

type savedSlice[T any] struct{ live, copy []T }

func (s *savedSlice[T]) take()    { s.copy = append(s.copy[:0], s.live...) }
func (s *savedSlice[T]) restore() { copy(s.live, s.copy) }
func (s *savedSlice[T]) bytes() []byte {
	if len(s.live) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&s.live[0])), uintptr(len(s.live))*unsafe.Sizeof(s.live[0]))
}

// Save registers *p: in a reusable program it is set back, by shallow copy, to
// the value that it has at the end of Setup before every further execution.
func Save[T any](w *World, p *T) { w.saved = append(w.saved, &savedVar[T]{live: p}) }

// SaveSlice registers the elements of s up to its capacity, as [Save] does a
// variable. The slice header itself is not registered.
func SaveSlice[T any](w *World, s []T) {
	w.saved = append(w.saved, &savedSlice[T]{live: s[:cap(s)]})
}

// fingerprint returns a hash of the registered variables.
func (w *World) fingerprint() uint64 {
	d := newDigest()
	for _, s := range w.saved {
		for _, b := range s.bytes() {
			d.add(b)
		}
	}
	return uint64(d)
}
