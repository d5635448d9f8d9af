package heap

import (
	"lockheld/model"
	"lockheld/sched"
)

// nothingSwept is what sweepone returns if there is nothing to sweep.
const nothingSwept = ^uint64(0)

// sweepClassDone is the value of centralIndex when all sets are empty.
const sweepClassDone = 1<<32 - 1

// sweepState is the state of the background sweeper.
//
// Runtime: sweepdata, mgcsweep.go, Go 1.16.
type sweepState struct {
	lock         *model.Mutex
	g            *model.M    // nil: the scenario has none
	centralIndex *sched.Word // first class with unswept spans, and whether full
	parked       bool
	own          *sched.Cell // parked; guarded by lock
}

// nextSpanForSweep takes a span that may need sweeping, nil if there is none.
//
// Runtime: (*mheap).nextSpanForSweep, Go 1.16.
func (h *mheap) nextSpanForSweep(m *model.M) *mspan {
	sg := h.readSweepgen(m)
	n := uint64(len(h.central) * 2)
	for sc := h.sweeper.centralIndex.Load(m.T()); sc < n; sc++ {
		c := &h.central[sc/2]
		set := c.partialUnswept(sg)
		if sc&1 == 0 {
			set = c.fullUnswept(sg)
		}
		if s := set.pop(m); s != nil {
			// Later sweepers can start here.
			h.updateCentralIndex(m, sc)
			return s
		}
	}
	h.updateCentralIndex(m, sweepClassDone)
	return nil
}

// updateCentralIndex raises centralIndex to sc.
//
// Runtime: (*sweepClass).update, Go 1.16.
func (h *mheap) updateCentralIndex(m *model.M, sc uint64) {
	idx := h.sweeper.centralIndex
	for old := idx.Load(m.T()); old < sc && !idx.CAS(m.T(), old, sc); {
		old = idx.Load(m.T())
	}
}

// trySweepOwner makes the M the sweeper of s, if it needs sweeping in the phase
// of sweepgen sg and nobody else was faster.
func (h *mheap) trySweepOwner(m *model.M, s *mspan, sg uint32) bool {
	return s.sweepgen.Load(m.T()) == uint64(sg-2) && s.sweepgen.CAS(m.T(), uint64(sg-2), uint64(sg-1))
}

// sweepone sweeps a span and returns how many pages that freed, or
// nothingSwept.
//
// Runtime: sweepone, mgcsweep.go, Go 1.16. Heap lock not held; any stack.
func (h *mheap) sweepone(m *model.M) uint64 {
	h.assertLockNotHeld(m, siteSweeponeNotHeld)
	if h.v.activeSweep {
		return h.activeSweepone(m)
	}
	t := m.T()
	m.AcquireM()
	if h.sweepdone.Load(t) != 0 {
		m.ReleaseM()
		return nothingSwept
	}
	h.sweepers.Inc(t, 1)

	s := h.ownSpanToSweep(m)
	npages := nothingSwept
	if s != nil {
		s.own.Read(t)
		npages = s.npages
		if h.sweep(m, s, false) {
			// These pages can be allocated: credit for the reclaimer.
			h.reclaimCredit.Inc(t, npages)
			h.ghost.credit += npages
		} else {
			npages = 0
		}
	}
	if h.sweepers.Add(t, ^uint64(0)) == 0 && h.sweepdone.Load(t) != 0 {
		// The last sweeper: there is new work for the scavenger.
		m.Systemstack(func() {
			m.Lock(h.lock)
			h.pages.scavengeStartGen(m)
			m.Unlock(h.lock)
		})
		// Waking the scavenger may allocate, and we may be allocating. Let
		// sysmon do it.
		h.readyForScavenger(m)
	}
	m.ReleaseM()
	return npages
}

// ownSpanToSweep finds a span to sweep, nil if there is none.
//
// Runtime: the loop of sweepone, Go 1.16.
func (h *mheap) ownSpanToSweep(m *model.M) *mspan {
	t := m.T()
	sg := h.readSweepgen(m)
	for {
		s := h.nextSpanForSweep(m)
		if s == nil {
			if !h.v.activeSweep {
				h.sweepdone.Store(t, 1)
			}
			return nil
		}
		if state := s.state.Load(t); state != mSpanInUse {
			// The reclaimer may have swept and freed it already. Then its
			// sweep generation is current.
			if gen := s.sweepgen.Load(t); gen != uint64(sg) && gen != uint64(sg+3) || h.v.sweepStrict {
				m.Throw("non in-use span in unswept list: state %d sweepgen %d/%d", state, gen, sg)
			}
			continue
		}
		if h.trySweepOwner(m, s, sg) {
			return s
		}
	}
}

// isSweepDone reports whether all spans are swept or being swept.
//
// Runtime: isSweepDone, Go 1.16.
func (h *mheap) isSweepDone(m *model.M) bool {
	if h.v.activeSweep {
		return h.sweepers.Load(m.T()) == sweepDrained
	}
	return h.sweepdone.Load(m.T()) != 0
}

// sweep frees the objects of s that are not marked and reports whether it gave
// s back to the heap. The M has made itself the sweeper of s. With preserve,
// the caller takes care of s.
//
// Model: special records, zombies and debugging are left out.
//
// Runtime: (*mspan).sweep, Go 1.16. Heap lock not held; not preemptible.
func (h *mheap) sweep(m *model.M, s *mspan, preserve bool) bool {
	h.assertLockNotHeld(m, siteSweepNotHeld)
	t := m.T()
	sg := h.readSweepgen(m)
	s.own.Write(t)
	// Model: no step, see freeSpanLocked.
	if state, gen := s.state.Peek(), s.sweepgen.Peek(); state != mSpanInUse || gen != uint64(sg-1) {
		m.Throw("mspan.sweep: bad span state: state %d sweepgen %d/%d", state, gen, sg)
	}
	h.pagesSwept.Inc(t, s.npages)

	// The objects that are marked are the ones that stay allocated.
	nalloc := popcount(s.gcmarkBits)
	if nalloc > s.allocCount {
		m.Throw("sweep increased allocation count")
	}
	nfreed := s.allocCount - nalloc
	s.allocCount = nalloc
	s.freeindex = 0
	m.LockWithRankMayAcquire(h.gcBitsArenas) // newMarkBits
	s.allocBits = s.gcmarkBits
	s.gcmarkBits = 0

	// Before the span is available to others: they take it for swept.
	if !h.v.sweepgenLate {
		s.sweepgen.Store(t, uint64(sg))
	}
	var freed bool
	if s.spanclass == 0 {
		freed = h.sweepLarge(m, s, sg, nfreed, preserve)
	} else {
		freed = h.sweepSmall(m, s, sg, nalloc, nfreed, preserve)
	}
	if h.v.sweepgenLate {
		s.sweepgen.Store(t, uint64(sg))
	}
	return freed
}

// sweepSmall is the end of sweep for spans of small objects.
func (h *mheap) sweepSmall(m *model.M, s *mspan, sg uint32, nalloc, nfreed uint, preserve bool) bool {
	if nfreed > 0 {
		s.needzero = true
		freed := uint64(nfreed) * s.elemsize
		stats := h.memstats.heapStats.acquire(m)
		stats.smallFree += int64(freed)
		h.memstats.heapStats.release(m)
	}
	if preserve {
		return false
	}
	// The span may still be in an unswept set: who finds it there ignores it.
	if nalloc == 0 {
		h.freeSpan(m, s)
		return true
	}
	c := &h.central[s.spanclass]
	if nalloc == s.nelems {
		c.fullSwept(sg).push(m, s)
	} else {
		c.partialSwept(sg).push(m, s)
	}
	return false
}

// sweepLarge is the end of sweep for spans of one object.
func (h *mheap) sweepLarge(m *model.M, s *mspan, sg uint32, nfreed uint, preserve bool) bool {
	if preserve {
		return false
	}
	size := s.elemsize
	if nfreed == 0 {
		h.central[0].fullSwept(sg).push(m, s)
		return false
	}
	if !h.v.largeFreeFirst {
		h.freeSpan(m, s)
	}
	stats := h.memstats.heapStats.acquire(m)
	stats.largeFreeCount++
	stats.largeFree += int64(size)
	h.memstats.heapStats.release(m)
	if h.v.largeFreeFirst {
		h.freeSpan(m, s)
	}
	return true
}
