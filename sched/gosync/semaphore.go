package gosync

import (
	"fmt"

	"lockheld/sched"
)

// Semaphore gives out a number of permits. Who waits is not served in order: any
// task that asks for what is there may get it.
type Semaphore struct {
	name string
	size uint64
	free *sched.Word
}

// NewSemaphore makes a semaphore with n permits, all of them free. It panics if n
// is negative.
func NewSemaphore(w *sched.World, name string, n int) *Semaphore {
	if n < 0 {
		panic(fmt.Sprintf("%s: a semaphore of %d", name, n))
	}
	frames(w)
	return &Semaphore{name: name, size: uint64(n), free: sched.NewWord(w, name, uint64(n))}
}

// Acquire waits for n permits and takes them. It panics if n is less than 1. For
// more than there are it waits for ever.
func (s *Semaphore) Acquire(t *sched.Task, n int) {
	s.check(n)
	for {
		free := s.free.Await(t, sched.Gt, uint64(n-1))
		if s.free.CAS(t, free, free-uint64(n)) {
			return
		}
	}
}

// TryAcquire takes n permits if they are free, and reports whether it did. It
// panics if n is less than 1.
func (s *Semaphore) TryAcquire(t *sched.Task, n int) bool {
	s.check(n)
	for {
		free := s.free.Load(t)
		if free < uint64(n) {
			return false
		}
		if s.free.CAS(t, free, free-uint64(n)) {
			return true
		}
	}
}

// Release gives n permits back. It panics if n is less than 1, and if more come
// back than were given out.
func (s *Semaphore) Release(t *sched.Task, n int) {
	s.check(n)
	if s.free.Add(t, uint64(n)) > s.size {
		panic(s.name + ": released more than held")
	}
}

func (s *Semaphore) check(n int) {
	if n < 1 {
		panic(fmt.Sprintf("%s: %d permits", s.name, n))
	}
}
