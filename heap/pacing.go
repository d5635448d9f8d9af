package heap

import (
	"math"

	"lockheld/model"
)

// off is the value of scavengeGoal, gc_trigger and next_gc that switches
// scavenging and collecting off.
const off = ^uint64(0)

// retainExtraPercent is how much more than the goal of the collector the
// scavenger lets the heap retain.
const retainExtraPercent = 10

// gcPacing is what decides when the collector and the scavenger work. It is
// written under the heap lock or in a stopped world.
//
// Runtime: memstats, gcpercent and heapminimum, Go 1.16.
type gcPacing struct {
	gcpercent     int64
	heapMinimum   uint64
	triggerRatio  float64
	heapMarked    uint64
	gcTrigger     uint64
	lastNextGC    uint64
	lastHeapInuse uint64
}

// sweepPacing is what deductSweepCredit reads without a lock.
//
// Runtime: mheap.sweepPagesPerByte and sweepHeapLiveBasis, Go 1.16.
type sweepPacing struct {
	pagesPerByte  uint64 // bits of a float64
	heapLiveBasis uint64
}

// Elements of the area of racy words that sweepPacing is.
const (
	racyPagesPerByte = iota
	racyHeapLiveBasis
	numRacySweepWords
)

// setSweepPagesPerByte stores the sweep ratio, which others read without a
// lock.
func (h *mheap) setSweepPagesPerByte(m *model.M, ratio float64) {
	h.racySweep.Store(m.T(), racyPagesPerByte, &h.sweepPace.pagesPerByte, math.Float64bits(ratio))
}

func (h *mheap) loadSweepPagesPerByte(m *model.M) float64 {
	return math.Float64frombits(h.racySweep.Load(m.T(), racyPagesPerByte, &h.sweepPace.pagesPerByte))
}

// initPacing sets what a program starts with.
//
// Runtime: gcinit, mgc.go, Go 1.16.
func (h *mheap) initPacing() {
	p := &h.pacing
	p.gcpercent = 100
	p.heapMinimum = h.defaultHeapMinimum()
	p.triggerRatio = 7.0 / 8
	// Pretend a live heap of the minimum trigger.
	p.heapMarked = uint64(float64(p.heapMinimum) / (1 + p.triggerRatio))
	p.gcTrigger = p.heapMinimum
	h.memstats.nextGC.Poke(2 * p.heapMarked)
	h.scavengeGoal = off
}

// defaultHeapMinimum is 4 MiB, one chunk, in the runtime.
func (h *mheap) defaultHeapMinimum() uint64 { return h.g.ChunkBytes() }

// sweepMinHeapDistance is 1 MiB, a quarter of a chunk, in the runtime. The
// margin of the sweep distance has the same size.
func (h *mheap) sweepMinHeapDistance() uint64 { return h.g.ChunkBytes() / 4 }

// gcSetTriggerRatio sets the trigger and the goal of the next cycle, and the
// pacing of the sweeper and the scavenger that follow from them.
//
// Model: the pacing of assists is left out.
//
// Runtime: gcSetTriggerRatio, mgc.go, Go 1.16. Heap lock held or world
// stopped.
func (h *mheap) gcSetTriggerRatio(m *model.M, triggerRatio float64) {
	m.AssertWorldStoppedOrLockHeld(h.lock, siteGCSetTriggerRatioEntry)
	if h.v.gcPercentOnG {
		m.Prologue("gcSetTriggerRatio")
	}
	t := m.T()
	h.own.pacing.Write(t)
	p := &h.pacing
	goal := off
	if p.gcpercent >= 0 {
		goal = p.heapMarked + p.heapMarked*uint64(p.gcpercent)/100
		scaling := float64(p.gcpercent) / 100
		triggerRatio = max(min(triggerRatio, 0.95*scaling), 0.6*scaling)
	} else {
		triggerRatio = max(triggerRatio, 0)
	}
	p.triggerRatio = triggerRatio

	trigger := off
	if p.gcpercent >= 0 {
		trigger = uint64(float64(p.heapMarked) * (1 + triggerRatio))
		minTrigger := p.heapMinimum
		if !h.isSweepDone(m) {
			// The sweeper needs some heap growth to sweep in.
			minTrigger = max(minTrigger, h.memstats.heapLive.Load(t)+h.sweepMinHeapDistance())
		}
		trigger = max(trigger, minTrigger)
		if int64(trigger) < 0 {
			m.Throw("gc_trigger underflow")
		}
		goal = max(goal, trigger)
	}
	h.own.pacing.Write(t)
	p.gcTrigger = trigger
	h.memstats.nextGC.Store(t, goal)
	if h.cfg.Trace && !h.v.traceUnlocked {
		h.traceNextGC(m)
	}
	h.paceSweeper(m, trigger)
	h.gcPaceScavenger(m)
}

// paceSweeper makes the sweeper finish by the time the heap has grown to
// trigger.
//
// Runtime: the end of gcSetTriggerRatio, Go 1.16.
func (h *mheap) paceSweeper(m *model.M, trigger uint64) {
	t := m.T()
	if h.isSweepDone(m) {
		h.setSweepPagesPerByte(m, 0)
		return
	}
	heapLiveBasis := h.memstats.heapLive.Load(t)
	distance := int64(trigger) - int64(heapLiveBasis) - int64(h.sweepMinHeapDistance())
	distance = max(distance, int64(h.g.PageSize))
	pagesSwept := h.pagesSwept.Load(t)
	pages := int64(h.pagesInUse.Load(t)) - int64(pagesSwept)
	if pages <= 0 {
		h.setSweepPagesPerByte(m, 0)
		return
	}
	h.setSweepPagesPerByte(m, float64(pages)/float64(distance))
	h.racySweep.Store(t, racyHeapLiveBasis, &h.sweepPace.heapLiveBasis, heapLiveBasis)
	// Last, because it tells sweepers to compute their debt again.
	h.pagesSweptBasis.Store(t, pagesSwept)
}

// gcEffectiveGrowthRatio returns by how much the heap may grow in this cycle,
// as a part of what was marked in the last one.
//
// Runtime: gcEffectiveGrowthRatio, mgc.go, Go 1.16. Heap lock held or world
// stopped.
func (h *mheap) gcEffectiveGrowthRatio(m *model.M) float64 {
	m.AssertWorldStoppedOrLockHeld(h.lock, siteGCEffectiveGrowthRatioEntry)
	next := h.memstats.nextGC.Load(m.T())
	h.own.pacing.Read(m.T())
	marked := h.pacing.heapMarked
	return max(0, float64(next-marked)/float64(marked))
}

// gcPaceScavenger sets how much the heap may retain before the scavenger
// works.
//
// Runtime: gcPaceScavenger, mgcscavenge.go, Go 1.16. Heap lock held or world
// stopped, by its comment.
func (h *mheap) gcPaceScavenger(m *model.M) {
	h.assertLockHeldOrStopped(m, siteGCPaceScavengerEntry)
	t := m.T()
	h.own.pacing.Read(t)
	p := &h.pacing
	if p.lastNextGC == 0 {
		// Before the first collection: not enough is known.
		h.setScavengeGoal(m, off)
		return
	}
	lastNextGC, lastHeapInuse := p.lastNextGC, p.lastHeapInuse
	goalRatio := float64(h.memstats.nextGC.Load(t)) / float64(lastNextGC)
	goal := uint64(float64(lastHeapInuse) * goalRatio)
	goal += goal / (100 / retainExtraPercent)
	goal = alignUp(goal, h.g.PhysPageSize)

	now := h.heapRetained(m)
	if now <= goal || now-goal < h.g.PhysPageSize {
		// Less than one page of work is not worth it.
		goal = off
	}
	h.setScavengeGoal(m, goal)
	if h.v.wakeInPace {
		h.wakeScavenger(m)
	}
}

// setScavengeGoal sets how much the heap may retain.
func (h *mheap) setScavengeGoal(m *model.M, goal uint64) {
	h.own.scavengeGoal.Write(m.T())
	h.scavengeGoal = goal
}

// loadScavengeGoal returns it.
func (h *mheap) loadScavengeGoal(m *model.M) uint64 {
	h.own.scavengeGoal.Read(m.T())
	return h.scavengeGoal
}

// setGCPercent sets GOGC and returns the value before; a negative value
// switches the collector off.
//
// Model: it does not wait for a running mark phase.
//
// Runtime: setGCPercent, mgc.go, Go 1.16. Heap lock not held; any stack.
func (h *mheap) setGCPercent(m *model.M, in int) (out int) {
	set := func() {
		m.Lock(h.lock)
		h.own.pacing.Write(m.T())
		p := &h.pacing
		out = int(p.gcpercent)
		p.gcpercent = max(int64(in), -1)
		p.heapMinimum = h.defaultHeapMinimum() * uint64(p.gcpercent) / 100
		ratio := p.triggerRatio
		if h.v.paceUnlocked {
			m.Unlock(h.lock)
			h.gcSetTriggerRatio(m, ratio)
			return
		}
		h.gcSetTriggerRatio(m, ratio)
		m.Unlock(h.lock)
		if h.cfg.Trace && h.v.traceUnlocked {
			h.traceNextGC(m)
		}
	}
	if h.v.gcPercentOnG {
		set()
	} else {
		m.Systemstack(set)
	}
	return out
}

// deductSweepCredit sweeps as much as the allocation of spanBytes requires,
// before the span is allocated. callerSweepPages will be swept by the caller.
//
// Runtime: deductSweepCredit, mgcsweep.go, Go 1.16. Heap lock not held.
func (h *mheap) deductSweepCredit(m *model.M, spanBytes, callerSweepPages uint64) {
	h.assertLockNotHeld(m, siteDeductSweepCreditNotHeld)
	t := m.T()
	if h.loadSweepPagesPerByte(m) == 0 {
		return // swept, or switched off
	}
	for {
		sweptBasis := h.pagesSweptBasis.Load(t)
		live := h.memstats.heapLive.Load(t) - h.racySweep.Load(t, racyHeapLiveBasis, &h.sweepPace.heapLiveBasis) + spanBytes
		target := int64(h.loadSweepPagesPerByte(m)*float64(live)) - int64(callerSweepPages)
		if !h.sweepUntil(m, target, sweptBasis) {
			return
		}
	}
}

// sweepUntil sweeps until target pages more than sweptBasis have been swept,
// or all. It returns true if the pacing changed meanwhile.
func (h *mheap) sweepUntil(m *model.M, target int64, sweptBasis uint64) bool {
	for target > int64(h.pagesSwept.Load(m.T())-sweptBasis) {
		if h.sweepone(m) == nothingSwept {
			h.setSweepPagesPerByte(m, 0)
			return false
		}
		if h.pagesSweptBasis.Load(m.T()) != sweptBasis {
			return true
		}
	}
	return false
}
