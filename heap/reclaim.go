package heap

import (
	"lockheld/model"
)

// reclaimDone is the value of reclaimIndex from which on the reclaimer has
// looked at everything.
const reclaimDone = 1 << 63

// reclaim sweeps and frees at least npages pages, if there are as many. It is
// called before npages pages are allocated, to keep the heap from growing.
//
// Runtime: (*mheap).reclaim, Go 1.16. Heap lock not held.
func (h *mheap) reclaim(m *model.M, npages uint64) {
	h.assertLockNotHeld(m, siteReclaimNotHeld)
	t := m.T()
	if h.reclaimIndex.Load(t) >= reclaimDone {
		return
	}
	// Not preemptible: the collector can not start, sweepArenas is stable.
	m.AcquireM()
	h.own.sweepArenas.Read(t)
	arenas := h.sweepArenas
	locked := false
	for npages > 0 {
		// Use credit first.
		if credit := h.reclaimCredit.Load(t); credit > 0 {
			take := min(credit, npages)
			if h.reclaimCredit.CAS(t, credit, credit-take) {
				h.ghost.credit -= take
				npages -= take
			}
			continue
		}
		// Claim a piece of work.
		n := uint64(h.g.ReclaimPages)
		idx := h.reclaimIndex.Add(t, n) - n
		if idx/h.g.ArenaPages() >= uint64(len(arenas)) {
			h.reclaimIndex.Store(t, reclaimDone)
			break
		}
		if !locked {
			m.Lock(h.lock)
			locked = true
		}
		if h.v.activeSweep && !h.beginSweep(m) {
			break
		}
		found := h.reclaimChunk(m, arenas, idx, n)
		if h.v.activeSweep {
			h.endSweep(m)
		}
		h.ghost.credit += found - min(found, npages)
		if found <= npages {
			npages -= found
		} else {
			h.reclaimCredit.Inc(t, found-npages)
			npages = 0
		}
	}
	if locked {
		m.Unlock(h.lock)
	}
	m.ReleaseM()
}

// reclaimChunk sweeps the spans without marked objects that start in the n
// pages from pageIdx on, and returns how many pages it freed. It drops the
// lock while it sweeps one.
//
// Runtime: (*mheap).reclaimChunk, Go 1.16. Heap lock held, because the span
// map holds stale entries; not preemptible.
func (h *mheap) reclaimChunk(m *model.M, arenas []int, pageIdx, n uint64) uint64 {
	h.assertLockHeld(m, siteReclaimChunkEntry)
	t := m.T()
	n0 := n
	nFreed := uint64(0)
	sg := uint64(h.readSweepgen(m))
	group := uint64(h.g.ReclaimGroup)
	for n > 0 {
		ha := h.arenas[arenas[pageIdx/h.g.ArenaPages()]]
		arenaPage := pageIdx % h.g.ArenaPages()
		groups := min(n, h.g.ArenaPages()-arenaPage) / group
		for i := arenaPage / group; i < arenaPage/group+groups; i++ {
			inUseUnmarked := ha.pageInUse[i].Load(t) &^ ha.marks(m, h, i)
			for j := uint64(0); inUseUnmarked != 0 && j < group; j++ {
				if inUseUnmarked&(1<<j) == 0 {
					continue
				}
				s := ha.spanOf(m, i*group+j)
				if s.sweepgen.Load(t) != sg-2 || !s.sweepgen.CAS(t, sg-2, sg-1) {
					if h.v.reclaimGivesUp {
						return nFreed
					}
					continue
				}
				s.own.Read(t)
				npages := s.npages
				m.Unlock(h.lock)
				freed := h.sweep(m, s, false)
				if h.v.reclaimPagesLate {
					s.own.Read(t)
					npages = s.npages
				}
				if freed {
					nFreed += npages
				}
				m.Lock(h.lock)
				if h.v.reclaimNoReload {
					continue
				}
				// Neighbours may have been freed meanwhile: entries of the
				// span map that were good may be stale now.
				inUseUnmarked = ha.pageInUse[i].Load(t) &^ ha.marks(m, h, i)
			}
		}
		pageIdx += groups * group
		n -= groups * group
	}
	if h.cfg.Trace {
		m.Unlock(h.lock)
		h.traceGCSweepSpan(m, (n0-nFreed)*h.g.PageSize)
		if !h.v.reclaimTraceUnlocked {
			m.Lock(h.lock)
		}
	}
	h.assertLockHeld(m, siteReclaimChunkReturn)
	return nFreed
}

// marks returns group i of the mark bits. It is a hint only: a collection that
// starts clears them while a reclaimer that is late may still look at them.
func (ha *heapArena) marks(m *model.M, h *mheap, i uint64) uint64 {
	h.announceMarks(m, false)
	return ha.pageMarks[i]
}

// announceMarks makes an access to the mark bits a step, if there can be
// collections: readers and who clears them are not ordered.
func (h *mheap) announceMarks(m *model.M, write bool) {
	if !h.k.Config().NoStops {
		h.racyMarks.Op(m.T(), 0, write)
	}
}

// traceGCSweepSpan stands for the event that execution tracing records.
func (h *mheap) traceGCSweepSpan(m *model.M, _ uint64) {
	m.Lock(h.traceBuf)
	m.Unlock(h.traceBuf)
}
