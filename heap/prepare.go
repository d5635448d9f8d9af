package heap

import "lockheld/model"

// PrepareSweep brings the heap to the beginning of a sweep phase, for Prepare:
// it does what MarkTermination does between the stop and the start of the
// world, and flushes the caches of all Ps.
func (hp *Heap) PrepareSweep(m *model.M) {
	h := hp.h
	m.WorldStopped()
	h.finishsweep(m)
	h.gcResetMarkState(m)
	h.startSweepPhase(m, h.pacing.triggerRatio)
	for _, pp := range h.allp() {
		h.local(pp).mcache.prepareForSweep(m)
	}
	m.WorldStarted()
	h.freeStackSpans(m)
}

// EmptySpanCache gives the span objects back that the P of m has kept, for
// Prepare: the P has none then, like one that was never used.
func (hp *Heap) EmptySpanCache(m *model.M) {
	h := hp.h
	l := h.local(m.P())
	m.Systemstack(func() {
		m.Lock(h.lock)
		for l.mspancache.len > 0 {
			h.spanalloc.free(m, l.popMSpan(m, h).id)
		}
		m.Unlock(h.lock)
	})
}
