package heap

import (
	"math/bits"

	"lockheld/model"
	"lockheld/sched"
)

// gcPhase is the phase of the collector.
//
// Runtime: gcphase, mgc.go, Go 1.16.
type gcPhase uint8

// Phases of the collector.
const (
	gcOff             gcPhase = iota // sweeping, or nothing
	gcMark                           // marking
	gcMarkTermination                // the stop that ends marking
)

// firstSweepgen is the sweep generation of a heap that was never collected.
const firstSweepgen = 0

// gcphase returns the phase. It changes in a stopped world.
func (h *mheap) gcphase(m *model.M) gcPhase {
	h.own.gcPhase.Read(m.T())
	return h.gcPhase
}

// setGCPhase sets the phase. The world is stopped.
func (h *mheap) setGCPhase(m *model.M, p gcPhase) {
	h.own.gcPhase.Write(m.T())
	h.gcPhase = p
}

// gcStart finishes sweeping and begins a mark phase.
//
// Model: it has no trigger test, and the M that starts a cycle is the one that
// ends it, with gcMarkDone. Nothing is marked until then.
//
// Runtime: gcStart, mgc.go, Go 1.16. No locks; user stack.
func (h *mheap) gcStart(m *model.M) {
	for h.sweepone(m) != nothingSwept {
		m.Prologue("sweepone")
	}
	m.AcquireGcsema()
	m.AcquireWorldsema()
	h.checkFlushed(m)
	m.Systemstack(func() { h.gcResetMarkState(m) })
	m.Systemstack(func() { m.StopTheWorldWithSema() })
	m.Systemstack(func() { h.finishsweep(m) })
	h.setGCPhase(m, gcMark)
	m.AcquireM()
	m.Systemstack(func() { m.StartTheWorldWithSema() })
	m.ReleaseWorldsema()
	m.ReleaseM()
}

// checkFlushed checks that all mcaches were flushed in this sweep phase.
//
// Runtime: gcStart, Go 1.16.
func (h *mheap) checkFlushed(m *model.M) {
	sg := h.readSweepgen(m)
	for _, pp := range h.allp() {
		if gen := h.local(pp).mcache.flushed.Load(m.T()); gen != uint64(sg) {
			m.Throw("p mcache not flushed: %s flushGen %d, sweepgen %d", pp.Name(), gen, sg)
		}
	}
}

// gcResetMarkState clears the marks of pages.
//
// Runtime: gcResetMarkState, Go 1.16. Heap lock not held; system stack.
func (h *mheap) gcResetMarkState(m *model.M) {
	h.assertSystemStack(m, siteGCResetMarkStateStack)
	m.Lock(h.lock)
	h.own.arenas.Read(m.T())
	arenas := h.allArenas
	m.Unlock(h.lock)
	h.announceMarks(m, true)
	for _, ai := range arenas {
		clear(h.arenas[ai].pageMarks)
	}
}

// finishsweep sweeps what is left.
//
// Runtime: finishsweep_m, mgcsweep.go, Go 1.16. World stopped.
func (h *mheap) finishsweep(m *model.M) {
	m.AssertWorldStopped(siteFinishsweepEntry)
	for h.sweepone(m) != nothingSwept {
	}
	sg := h.readSweepgen(m)
	for i := range h.central {
		h.central[i].partialUnswept(sg).reset(m)
		h.central[i].fullUnswept(sg).reset(m)
	}
	// There is certainly something to scavenge now.
	h.wakeScavenger(m)
}

// gcMarkDone ends the mark phase: it stops the world, marks and starts the
// sweep phase.
//
// Runtime: gcMarkDone, from its stop of the world on, and endCycle, Go 1.16.
// No locks; user stack.
func (h *mheap) gcMarkDone(m *model.M) {
	m.AcquireWorldsema()
	m.SetPreemptoff("gcing")
	m.Systemstack(func() { m.StopTheWorldWithSema() })
	// gcController.endCycle. Model: the trigger ratio stays what it is.
	h.gcEffectiveGrowthRatio(m)
	h.gcMarkTermination(m, h.pacing.triggerRatio)
}

// gcMarkTermination marks, starts the sweep phase and the world.
//
// Runtime: gcMarkTermination, mgc.go, Go 1.16. World stopped, worldsema and
// gcsema held; user stack.
func (h *mheap) gcMarkTermination(m *model.M, nextTriggerRatio float64) {
	h.startSweepPhase(m, nextTriggerRatio)
	m.SetPreemptoff("")
	m.Systemstack(func() { m.StartTheWorldWithSema() })
	m.Systemstack(func() { h.freeStackSpans(m) })
	m.Systemstack(func() { h.flushAllP(m) })
	if h.v.hugePagesOnG {
		h.enableHugePages(m)
	}
	m.ReleaseWorldsema()
	m.ReleaseGcsema()
}

// startSweepPhase marks and starts the sweep phase.
//
// Runtime: gcMarkTermination up to the start of the world, Go 1.16. World
// stopped; user stack.
func (h *mheap) startSweepPhase(m *model.M, nextTriggerRatio float64) {
	h.setGCPhase(m, gcMarkTermination)
	m.Systemstack(func() { h.mark(m) })
	m.Systemstack(func() {
		h.setGCPhase(m, gcOff)
		h.gcSweep(m)
	})
	t := m.T()
	h.own.pacing.Write(t)
	h.pacing.lastNextGC = h.memstats.nextGC.Load(t)
	h.pacing.lastHeapInuse = h.memstats.heapInuse.Load(t)
	h.gcSetTriggerRatio(m, nextTriggerRatio)
}

// mark marks the objects that the program can reach.
//
// Model: all marking happens in this stop, from what the scenario says is
// reachable. The runtime has marked most of it while the program ran.
//
// Runtime: gcMark, mgc.go, Go 1.16, and the mark phase before it. World
// stopped.
func (h *mheap) mark(m *model.M) {
	m.AssertWorldStopped(siteGCMarkStopped)
	marked := uint64(0)
	for _, ai := range h.allArenas {
		ha := h.arenas[ai]
		for i := range ha.pageInUse {
			for w := ha.pageInUse[i].Peek(); w != 0; w &= w - 1 {
				j := bits.TrailingZeros64(w)
				s := ha.spanOf(m, uint64(i)*uint64(h.g.ReclaimGroup)+uint64(j))
				s.own.Write(m.T())
				s.gcmarkBits = s.ghost.reachable
				if s.gcmarkBits != 0 && !h.v.noPageMarks {
					ha.pageMarks[i] |= 1 << j
				}
				marked += uint64(bits.OnesCount64(s.gcmarkBits)) * s.elemsize
			}
		}
	}
	h.own.pacing.Write(m.T())
	h.pacing.heapMarked = marked
	h.memstats.heapLive.Store(m.T(), marked)
}

// gcSweep starts the sweep phase.
//
// Model: the mode that sweeps everything at once is left out.
//
// Runtime: gcSweep, mgc.go, Go 1.16. World stopped; system stack.
func (h *mheap) gcSweep(m *model.M) {
	m.AssertWorldStopped(siteGCSweepEntry)
	h.assertSystemStack(m, siteGCSweepStack)
	if h.gcphase(m) != gcOff {
		m.Throw("gcSweep being done but phase is not GCoff")
	}
	t := m.T()
	m.Lock(h.lock)
	h.own.sweepgen.Write(t)
	h.sweepgen += 2
	h.own.arenas.Read(t)
	h.own.sweepArenas.Write(t)
	h.sweepArenas = h.allArenas
	h.sweepdone.Store(t, 0)
	if h.v.activeSweep {
		h.sweepers.Store(t, 0)
	}
	h.pagesSwept.Store(t, 0)
	h.reclaimIndex.Store(t, 0)
	h.reclaimCredit.Store(t, 0)
	h.ghost.credit = 0
	m.Unlock(h.lock)

	h.sweeper.centralIndex.Store(t, 0)
	m.Lock(h.sweeper.lock)
	h.sweeper.own.Write(t)
	if h.sweeper.parked {
		h.sweeper.parked = false
		m.Ready(h.sweeper.g)
	}
	m.Unlock(h.sweeper.lock)
}

// flushAllP makes sure that every mcache has been flushed in this sweep phase:
// those of idle Ps at once; other Ps do it when their M gets them.
//
// Runtime: forEachP of prepareForSweep, proc.go, Go 1.16. System stack.
//
// Model: after the world was started every P that runs has gone through
// acquirep, which flushes, or will; so the request to run a function at the
// next safepoint is a wait for that.
func (h *mheap) flushAllP(m *model.M) {
	m.AcquireM()
	m.Lock(h.k.SchedLock())
	for pp := range h.k.IdlePs(m) {
		h.local(pp).own.Write(m.T())
		h.local(pp).mcache.prepareForSweep(m)
		if h.v.flushIdle {
			m.Lock(h.lock)
			h.local(pp).pcache.flush(m, &h.pages)
			m.Unlock(h.lock)
		}
	}
	m.Unlock(h.k.SchedLock())
	h.local(m.P()).mcache.prepareForSweep(m)
	sg := uint64(h.readSweepgen(m))
	for _, pp := range h.allp() {
		if pp != m.P() {
			h.local(pp).mcache.flushed.Await(m.T(), sched.Eq, sg)
		}
	}
	m.ReleaseM()
}

// gc runs a whole cycle and finishes its sweep.
//
// Runtime: GC, mgc.go, Go 1.16. No locks; user stack.
func (h *mheap) gc(m *model.M) {
	h.gcStart(m)
	h.gcMarkDone(m)
	h.finishGC(m)
}

// finishGC sweeps what is left for gc.
//
// Runtime: the end of GC, mgc.go, Go 1.16.
func (h *mheap) finishGC(m *model.M) {
	for h.sweepone(m) != nothingSwept {
		m.Gosched()
	}
	// No span is left to take, but others may still be sweeping.
	if h.v.activeSweep {
		h.sweepers.Await(m.T(), sched.Eq, sweepDrained)
	} else {
		h.sweepers.Await(m.T(), sched.Eq, 0)
	}
}

// bgsweep is the body of the background sweeper.
//
// Model: it starts as if it had just been woken. It frees no work buffers; between
// two batches of them the world may be stopped, and it is asked for one and finds
// that there is no other.
//
// Runtime: bgsweep, mgcsweep.go, Go 1.16.
func (h *mheap) bgsweep(m *model.M) {
	for {
		for h.sweepone(m) != nothingSwept {
			m.Gosched()
		}
		for range 2 {
			m.Prologue("freeSomeWbufs")
		}
		m.Lock(h.sweeper.lock)
		if !h.isSweepDone(m) {
			// A collection has run since.
			m.Unlock(h.sweeper.lock)
			continue
		}
		h.sweeper.own.Write(m.T())
		h.sweeper.parked = true
		m.Park(h.sweeper.lock)
	}
}

func (s *sweepState) init(h *mheap) {
	s.lock = model.NewMutex(h.k, "sweep.lock", model.RankSweep)
	s.centralIndex = h.word("sweep.centralIndex", sweepClassDone)
	s.own = h.cell("sweep.parked", sched.GuardedBy(s.lock.Sched()))
	sched.Save(h.w, &s.parked)
}

func popcount(x uint64) uint { return uint(bits.OnesCount64(x)) }
