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

// allocSmall allocates a small object.
func (s *stage) allocSmall(m *model.M, spc heap.SpanClass) {
	s.h.AllocSmall(m, spc)
	s.back(m, "mallocgc")
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

// sweepone sweeps a span.
func (s *stage) sweepone(m *model.M) uint64 {
	n := s.h.Sweepone(m)
	s.back(m, "sweepone")
	return n
}

// reclaim sweeps and frees npages pages if it can.
func (s *stage) reclaim(m *model.M, npages uint64) {
	bit := uint64(1) << uint(m.ID())
	s.cs.reclaims |= bit
	s.h.Reclaim(m, npages)
	s.cs.reclaims &^= bit
	if s.cs.reclaimer == m {
		s.cs.reclaimer = nil
	}
	s.back(m, "reclaim")
}

// scavengeStep does a round of the background scavenger and returns how many
// bytes it released.
func (s *stage) scavengeStep(m *model.M) uint64 {
	n := s.h.ScavengeStep(m)
	s.back(m, "the scavenger's round")
	return n
}

// scavengeAll scavenges all that is free.
func (s *stage) scavengeAll(m *model.M) uint64 {
	n := s.h.ScavengeAll(m)
	s.back(m, "scavengeAll")
	return n
}

// allScavenged runs generations, while nobody else uses the heap, and checks
// that they leave nothing free and backed (L-SCAV).
func (s *stage) allScavenged(m *model.M, generations int) {
	for range generations {
		s.scavengeAll(m)
	}
	s.pm.fill(s.state)
	for i := range s.pm.words {
		if left := s.pm.free[i] &^ s.pm.scav[i]; left != 0 {
			s.fail(m, nameScav, fmt.Sprintf("leaves page %d free and not scavenged after %d generations", s.pm.pageOf(i, left), generations))
		}
	}
}

// readStats takes a consistent snapshot and checks it (P-SNAPSHOT,
// P-INOBJECTS).
func (s *stage) readStats(m *model.M) {
	st := s.h.StatsRead(m)
	s.back(m, "heapStats.read")
	arena := int64(s.g.ArenaBytes())
	spans := st.InHeap + st.InStacks + st.InWorkBufs + st.InPtrScalarBits
	if mapped := st.Committed + st.Released; mapped%arena != 0 || mapped < 0 {
		s.fail(m, nameSnapshot, fmt.Sprintf("sees %d bytes committed and %d released, arenas have %d", st.Committed, st.Released, arena))
	}
	if spans > st.Committed || st.InHeap < 0 || st.InStacks < 0 || st.InWorkBufs < 0 || st.InPtrScalarBits < 0 {
		s.fail(m, nameSnapshot, fmt.Sprintf("sees %d bytes in spans and %d committed", spans, st.Committed))
	}
	if objects := st.LargeAlloc - st.LargeFree + st.SmallAlloc - st.SmallFree; objects > st.InHeap {
		s.fail(m, nameObjects, fmt.Sprintf("sees %d bytes in objects and %d in heap spans", objects, st.InHeap))
	}
}

// testTake takes npages pages out of a page cache and keeps them as run i.
func (s *stage) testTake(m *model.M, i int, c *heap.TestPageCache, npages uint64) {
	if addr, _ := c.Alloc(m, npages); addr != 0 {
		s.runs[i] = pageRun{addr, npages}
	}
}

// testAlloc allocates npages pages from the page allocator alone as run i.
func (s *stage) testAlloc(m *model.M, i int, npages uint64) {
	addr, _ := s.alone.Alloc(m, npages)
	s.back(m, "Alloc")
	if addr != 0 {
		s.runs[i] = pageRun{addr, npages}
	}
}

// testFree frees run i.
func (s *stage) testFree(m *model.M, i int) {
	r := &s.runs[i]
	if r.npages == 0 {
		return
	}
	s.alone.Free(m, r.base, r.npages)
	*r = pageRun{}
	s.back(m, "Free")
}
