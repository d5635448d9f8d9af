package sched

import (
	"reflect"
	"unsafe"
)

// saved is a registered variable.
type saved interface {
	take()
	restore()
	bytes() []byte      // the variable itself
	elem() reflect.Type // its type, or that of its elements
	readsAreSaid() bool // no task reads it without a declaration: it is a [Guarded] value
}

type savedVar[T any] struct {
	live    *T
	copy    T
	guarded bool
}

func (s *savedVar[T]) take()    { s.copy = *s.live }
func (s *savedVar[T]) restore() { *s.live = s.copy }

func (s *savedVar[T]) elem() reflect.Type { return reflect.TypeFor[T]() }
func (s *savedVar[T]) readsAreSaid() bool { return s.guarded }

func (s *savedVar[T]) bytes() []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(s.live)), unsafe.Sizeof(*s.live))
}

type savedSlice[T any] struct{ live, copy []T }

func (s *savedSlice[T]) take()    { s.copy = append(s.copy[:0], s.live...) }
func (s *savedSlice[T]) restore() { copy(s.live, s.copy) }

func (s *savedSlice[T]) elem() reflect.Type { return reflect.TypeFor[T]() }
func (s *savedSlice[T]) readsAreSaid() bool { return false }

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
