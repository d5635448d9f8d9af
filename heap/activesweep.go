package heap

import "lockheld/model"

// This file is how releases after Go 1.16 tell when the sweep is over: one word
// counts who sweeps and says whether there is anything left, so that the two
// cannot be seen at different times. It belongs to a variant.

// sweepDrained is the bit of sweepers that says that nothing is left.
const sweepDrained = 1 << 31

// beginSweep counts the M as a sweeper, unless nothing is left.
//
// Runtime: (*activeSweep).begin, mgcsweep.go, Go 1.17.
func (h *mheap) beginSweep(m *model.M) bool {
	for {
		n := h.sweepers.Load(m.T())
		if n&sweepDrained != 0 {
			return false
		}
		if h.sweepers.CAS(m.T(), n, n+1) {
			return true
		}
	}
}

// endSweep undoes beginSweep.
//
// Runtime: (*activeSweep).end, mgcsweep.go, Go 1.17.
func (h *mheap) endSweep(m *model.M) { h.sweepers.Inc(m.T(), ^uint64(0)) }

// markDrained says that nothing is left and reports whether the M was the first
// to say so.
//
// Runtime: (*activeSweep).markDrained, mgcsweep.go, Go 1.17.
func (h *mheap) markDrained(m *model.M) bool {
	return h.sweepers.Or(m.T(), sweepDrained)&sweepDrained == 0
}

// activeSweepone is sweepone with these.
//
// Runtime: sweepone, mgcsweep.go, Go 1.17.
func (h *mheap) activeSweepone(m *model.M) uint64 {
	m.AcquireM()
	if !h.beginSweep(m) {
		m.ReleaseM()
		return nothingSwept
	}
	s := h.ownSpanToSweep(m)
	npages, noMoreWork := nothingSwept, false
	if s == nil {
		noMoreWork = h.markDrained(m)
	} else {
		s.own.Read(m.T())
		npages = s.npages
		if h.sweep(m, s, false) {
			h.reclaimCredit.Inc(m.T(), npages)
			h.ghost.credit += npages
		} else {
			npages = 0
		}
	}
	h.endSweep(m)
	if noMoreWork {
		m.Systemstack(func() {
			m.Lock(h.lock)
			h.pages.scavengeStartGen(m)
			m.Unlock(h.lock)
		})
		h.readyForScavenger(m)
	}
	m.ReleaseM()
	return npages
}
