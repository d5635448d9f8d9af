package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/model"
)

// The methods of this file are what the Ms of scenarios do: calls of the heap,
// each followed by the checks that concern the call.

// back checks that m has come back from a call without a lock (P-BALANCE).
func (s *stage) back(m *model.M, from string) {
	if m.HeldLocks() != 0 || m.Locks() != 0 {
		s.fail(m, nameBalance, fmt.Sprintf("comes back from %s with %d locks, m.locks is %d", from, m.HeldLocks(), m.Locks()))
	}
}

// got checks that memory was found unless it may be refused (L-ALLOC).
func (s *stage) got(m *model.M, sp *heap.Span) *heap.Span {
	switch {
	case sp != nil:
	case s.k.Opens(model.OSRefuses):
		s.reach(goalRefused)
	default:
		s.fail(m, nameAlloc, "gets no memory, and the operating system refuses none")
	}
	return sp
}

// alloc allocates a heap span that only free frees.
func (s *stage) alloc(m *model.M, npages uint64) *heap.Span {
	sp := s.h.Alloc(m, npages, 0, true)
	s.back(m, "mheap.alloc")
	return s.got(m, sp)
}

// allocLarge allocates a large object.
func (s *stage) allocLarge(m *model.M, npages uint64) *heap.Span {
	sp := s.h.AllocLarge(m, npages)
	s.back(m, "mallocgc")
	return s.got(m, sp)
}

// free frees what alloc returned; nil is nothing.
func (s *stage) free(m *model.M, sp *heap.Span) {
	if sp != nil {
		s.h.FreeSpan(m, sp)
		s.back(m, "freeSpan")
	}
}

// allocManual allocates a span that is managed by hand.
func (s *stage) allocManual(m *model.M, npages uint64, typ heap.SpanAllocType) *heap.Span {
	sp := s.h.AllocManual(m, npages, typ)
	s.back(m, "allocManual")
	return s.got(m, sp)
}

// freeManual frees what allocManual returned; nil is nothing.
func (s *stage) freeManual(m *model.M, sp *heap.Span, typ heap.SpanAllocType) {
	if sp != nil {
		s.h.FreeManual(m, sp, typ)
		s.back(m, "freeManual")
	}
}

// setProcs sets the number of Ps.
func (s *stage) setProcs(m *model.M, n int) {
	s.h.GOMAXPROCS(m, n)
	s.back(m, "GOMAXPROCS")
}
