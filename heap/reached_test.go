package heap

import (
	"testing"

	"lockheld/model"
)

// TestEachSiteIsReached: a run of the released code that uses everything
// evaluates every assertion point of the heap, and none fails.
func TestEachSiteIsReached(t *testing.T) {
	var k *model.Machine
	e := &exploration{
		cfg: Config{
			Machine: model.Config{Procs: 2, MinProcs: 1}, Trace: true, StatsReader: true,
			Geometry: GeometryByName("small-window"),
		},
		prepare: func(hp *Heap, m *model.M) {
			hp.AllocSmall(m, 1)
			sweepPhase(hp, m, []uint64{1, 2, 5}, func(i int) bool { return i != 1 })
		},
		start: func(hp *Heap) {
			k = hp.K
			h := hp.h
			hp.NewBgscavenge()
			hp.NewSysmon()
			hp.K.NewM("m", func(m *model.M) {
				everything(hp, m)
				m.StopTheWorld("clear statistics")
				h.memstats.heapStats.unsafeClear(m)
				m.StartTheWorld()
				m.Systemstack(func() {
					// Scavenging never passes an empty range.
					m.Lock(h.lock)
					h.pages.scavengeOne(m, addrRange{}, 1, false)
					m.Unlock(h.lock)
				})
			})
		},
		preemptions: 1,
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	for _, s := range Sites() {
		if k.Reached(s.Site) == 0 {
			t.Errorf("%s was not reached", s.Site)
		}
	}
}

// everything uses all parts of the heap.
func everything(hp *Heap, m *model.M) {
	s, i := hp.AllocSmall(m, 1)
	hp.Drop(s, i)
	hp.AllocLarge(m, 20)
	hp.GC(m)
	hp.GOMAXPROCS(m, 1)
	hp.GOMAXPROCS(m, 2)
	hp.StatsRead(m)
	hp.SetGCPercent(m, 50)
	hp.FreeSpan(m, hp.Alloc(m, 1, 0, false))
	hp.FreeManual(m, hp.AllocManual(m, 3, SpanAllocStack), SpanAllocStack)
	for range 4 {
		hp.StackGrow(m)
	}
	m.Systemstack(func() {
		var x [6]stack
		for i := range x {
			x[i] = hp.h.stackalloc(m, 0, 0)
		}
		for i := range x {
			hp.h.stackfree(m, x[i])
		}
	})
	hp.FreeSpan(m, hp.Alloc(m, 20, 0, false))
	hp.ScavengeAll(m)
	hp.ReadMemStats(m)
	hp.SetScavengeGoal(0)
	hp.ReadyForScavenger(m)
}
