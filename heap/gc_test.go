package heap

import (
	"math"
	"testing"

	"lockheld/model"
)

// TestSetTriggerRatio compares the pacing with values computed by hand from the
// runtime's rules. A chunk stands for 4 MiB.
func TestSetTriggerRatio(t *testing.T) {
	const chunk = 16 * 8192
	tests := []struct {
		name          string
		marked, live  uint64
		percent       int
		sweeping      bool
		ratio         float64
		trigger, goal float64 // bytes
		keep          float64
		pagesPerByte  float64
		pagesInUse    uint64
		heapLiveBasis uint64
	}{
		{name: "plain", marked: 2 * chunk, percent: 100, ratio: 0.7, trigger: 3.4 * chunk, goal: 4 * chunk, keep: 0.7},
		{name: "ratio too high", marked: 2 * chunk, percent: 100, ratio: 2, trigger: 3.9 * chunk, goal: 4 * chunk, keep: 0.95},
		{name: "ratio too low", marked: 2 * chunk, percent: 100, ratio: 0, trigger: 3.2 * chunk, goal: 4 * chunk, keep: 0.6},
		{name: "small heap", marked: chunk / 4, percent: 100, ratio: 0.7, trigger: chunk, goal: chunk, keep: 0.7},
		{name: "less", marked: 2 * chunk, percent: 50, ratio: 0.7, trigger: 2.95 * chunk, goal: 3 * chunk, keep: 0.475},
		{name: "off", marked: 2 * chunk, percent: -1, ratio: 0.7, trigger: 1<<64 - 1, goal: 1<<64 - 1, keep: 0.7},
		{name: "off, negative", marked: 2 * chunk, percent: -5, ratio: -1, trigger: 1<<64 - 1, goal: 1<<64 - 1, keep: 0},
		// While sweeping, the heap may grow by a quarter of a chunk before the
		// trigger; the ratio is pages over that distance less a quarter, and at
		// least a page.
		{name: "sweeping", marked: chunk / 4, live: chunk, percent: 100, sweeping: true, ratio: 0.7, trigger: 1.25 * chunk, goal: 1.25 * chunk, keep: 0.7,
			pagesInUse: 8, pagesPerByte: 8.0 / 8192, heapLiveBasis: chunk},
		{name: "sweeping, far", marked: 2 * chunk, live: chunk, percent: 100, sweeping: true, ratio: 0.75, trigger: 3.5 * chunk, goal: 4 * chunk, keep: 0.75,
			pagesInUse: 9, pagesPerByte: 9 / (2.25 * chunk), heapLiveBasis: chunk},
	}
	for _, tt := range tests {
		hp, m := NewDirect(Config{})
		h := hp.h
		h.memstats.heapLive.Poke(tt.live)
		h.pagesInUse.Poke(tt.pagesInUse)
		h.pacing.heapMarked = tt.marked
		h.pacing.triggerRatio = tt.ratio
		if tt.sweeping {
			h.sweepdone.Poke(0)
		}
		if got := hp.SetGCPercent(m, tt.percent); got != 100 {
			t.Errorf("%s: GOGC was %d", tt.name, got)
		}
		p := &h.pacing
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) }
		bytes := func(a uint64, b float64) bool { return float64(a) == math.Trunc(b) }
		if !bytes(p.gcTrigger, tt.trigger) || !bytes(h.memstats.nextGC.Peek(), tt.goal) || !near(p.triggerRatio, tt.keep) {
			t.Errorf("%s: trigger %d, goal %d, ratio %v", tt.name, p.gcTrigger, h.memstats.nextGC.Peek(), p.triggerRatio)
		}
		if got := math.Float64frombits(h.sweepPace.pagesPerByte); !near(got, tt.pagesPerByte) || h.sweepPace.heapLiveBasis != tt.heapLiveBasis {
			t.Errorf("%s: %v pages a byte from %d on", tt.name, got, h.sweepPace.heapLiveBasis)
		}
	}
}

// TestPaceScavenger: the goal is what was in use after the last collection,
// scaled as the collector's goal is, and a tenth more; nothing if that is less
// than a page away.
func TestPaceScavenger(t *testing.T) {
	const kib = 1024
	for _, tt := range []struct {
		name                      string
		lastNext, lastInuse, next uint64
		sys, released, want       uint64
	}{
		{"before the first cycle", 0, 100 * kib, 100 * kib, 500 * kib, 0, off},
		{"same goal", 100 * kib, 100 * kib, 100 * kib, 500 * kib, 100 * kib, 112 * kib}, // 110 rounded up to 4
		{"double goal", 100 * kib, 100 * kib, 200 * kib, 500 * kib, 100 * kib, 220 * kib},
		{"retains less", 100 * kib, 100 * kib, 200 * kib, 500 * kib, 300 * kib, off},
		{"less than a page too much", 100 * kib, 100 * kib, 200 * kib, 500 * kib, 277 * kib, off},
		{"a page too much", 100 * kib, 100 * kib, 200 * kib, 500 * kib, 276 * kib, 220 * kib},
	} {
		hp, m := NewDirect(Config{})
		h := hp.h
		h.pacing.lastNextGC, h.pacing.lastHeapInuse = tt.lastNext, tt.lastInuse
		h.memstats.nextGC.Poke(tt.next)
		h.memstats.heapSys.Poke(tt.sys)
		h.memstats.heapReleased.Poke(tt.released)
		m.Lock(h.lock)
		h.gcPaceScavenger(m)
		m.Unlock(h.lock)
		if h.scavengeGoal != tt.want {
			t.Errorf("%s: goal %d, want %d", tt.name, h.scavengeGoal, tt.want)
		}
	}
}

func TestEffectiveGrowthRatio(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	h.pacing.heapMarked = 1000
	h.memstats.nextGC.Poke(1750)
	m.Lock(h.lock)
	if got := h.gcEffectiveGrowthRatio(m); got != 0.75 {
		t.Errorf("got %v", got)
	}
	m.Unlock(h.lock)
}

// TestDeductSweepCredit: an allocation of 100 bytes of a heap with a ratio of
// a page for 100 bytes sweeps a page of four.
func TestDeductSweepCredit(t *testing.T) {
	for _, tt := range []struct{ bytes, caller, want uint64 }{{50, 0, 0}, {100, 0, 1}, {350, 0, 3}, {350, 2, 1}, {10000, 0, 4}} {
		hp, m := NewDirect(Config{})
		h := hp.h
		sweepPhase(hp, m, []uint64{1, 1, 1, 1}, func(int) bool { return true })
		h.sweepPace = sweepPacing{pagesPerByte: math.Float64bits(0.01), heapLiveBasis: h.memstats.heapLive.Peek()}
		h.deductSweepCredit(m, tt.bytes, tt.caller)
		if got := h.pagesSwept.Peek(); got != tt.want {
			t.Errorf("%d bytes, caller sweeps %d: swept %d pages, want %d", tt.bytes, tt.caller, got, tt.want)
		}
		if done := h.sweepPace.pagesPerByte == 0; done != (tt.bytes == 10000) {
			t.Errorf("%d bytes: sweeping counts as done: %v", tt.bytes, done)
		}
	}
}

// TestCycle: what the program can not reach is free after a collection, and the
// pacing starts from what it can.
func TestCycle(t *testing.T) {
	var h *mheap
	e := &exploration{
		start: func(hp *Heap) {
			h = hp.h
			hp.K.NewM("m", func(m *model.M) {
				a, b := hp.AllocLarge(m, 2), hp.AllocLarge(m, 3)
				c, i := hp.AllocSmall(m, 1)
				hp.Drop(a, 0)
				hp.GC(m)
				if a.ghost.live || !b.ghost.live || !c.ghost.live || h.sweepgen != firstSweepgen+2 {
					t.Errorf("first cycle: %v %v %v, sweepgen %d", a.ghost.live, b.ghost.live, c.ghost.live, h.sweepgen)
				}
				if got, want := h.pacing.heapMarked, 3*h.g.PageSize+c.elemsize; got != want || h.memstats.heapLive.Peek() != want {
					t.Errorf("marked %d, live %d, want %d", got, h.memstats.heapLive.Peek(), want)
				}
				hp.Drop(b, 0)
				hp.Drop(c, i)
				hp.GC(m)
				if b.ghost.live || c.ghost.live || h.memstats.heapInuse.Peek() != 0 || h.pagesInUse.Peek() != 0 {
					t.Errorf("second cycle: %v %v, in use %d", b.ghost.live, c.ghost.live, h.memstats.heapInuse.Peek())
				}
			})
		},
	}
	if _, v := e.run(t); v != nil {
		t.Error(v)
	}
}

// TestFreeManualWhileMarking is the rule that a manual span does not die while
// the collector is marking.
func TestFreeManualWhileMarking(t *testing.T) {
	e := &exploration{
		start: func(hp *Heap) {
			hp.K.NewM("m", func(m *model.M) {
				s := hp.AllocManual(m, 1, SpanAllocWorkBuf)
				hp.GCStart(m)
				hp.FreeManual(m, s, SpanAllocWorkBuf)
			})
		},
	}
	if _, v := e.run(t); siteAndKind(v) != "assertion freeManual/gc-off" {
		t.Errorf("got %v", v)
	}
}

// TestPacingFromThreeSides lets SetGCPercent, mark termination and the
// background scavenger meet: the lock and the stopped world exclude each other.
func TestPacingFromThreeSides(t *testing.T) {
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 3}},
		prepare: func(hp *Heap, m *model.M) {
			hp.FreeSpan(m, hp.Alloc(m, 5, 0, false))
			hp.PrepareSweep(m)
			hp.SetScavengeGoal(0)
		},
		start: func(hp *Heap) {
			hp.K.NewM("gc", func(m *model.M) { hp.GC(m) })
			hp.K.NewM("percent", func(m *model.M) { hp.SetGCPercent(m, 50) })
			hp.NewBgscavenge()
		},
		preemptions: 1,
	}
	if _, v := e.run(t); v != nil {
		t.Error(v)
	}
}

// TestEndOfCollection: when the functions that end a collection return, every mcache
// is flushed, nobody sweeps, and the scavenger does not sleep.
func TestEndOfCollection(t *testing.T) {
	for _, tt := range []struct {
		name  string
		start func(hp *Heap)
	}{
		{"gcMarkDone", func(hp *Heap) {
			hp.K.NewM("collector", func(m *model.M) {
				hp.GCStart(m)
				hp.MarkTermination(m)
				for _, pp := range hp.h.allp() {
					if c := hp.h.local(pp).mcache; c.flushed.Peek() != uint64(hp.h.sweepgen) {
						t.Errorf("the mcache of %s is not flushed", pp.Name())
					}
				}
			})
			hp.K.NewM("other", func(m *model.M) {
				hp.AllocSmall(m, 1)
				hp.AllocSmall(m, 1)
			})
		}},
		{"GC", func(hp *Heap) {
			hp.K.NewM("collector", func(m *model.M) {
				hp.FinishGC(m)
				if n := hp.h.sweepers.Peek(); n != 0 {
					t.Errorf("%d Ms sweep", n)
				}
			})
			hp.K.NewM("sweeper", func(m *model.M) { hp.Sweepone(m) })
		}},
		{"finishsweep", func(hp *Heap) {
			hp.NewBgscavenge()
			hp.K.NewM("collector", func(m *model.M) {
				m.StopTheWorld("test")
				m.Systemstack(func() { hp.h.finishsweep(m) })
				if hp.h.scavenger.parked {
					t.Error("the scavenger sleeps")
				}
				m.StartTheWorld()
			})
		}},
	} {
		e := &exploration{
			cfg: Config{Machine: model.Config{Procs: 2}},
			prepare: func(hp *Heap, m *model.M) {
				sweepPhase(hp, m, []uint64{1}, func(int) bool { return true })
			},
			start:       tt.start,
			preemptions: 2,
		}
		if _, v := e.run(t); v != nil {
			t.Errorf("%s: %v", tt.name, v)
		}
	}
}
