package heap

import (
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// retained returns what the heap retains, in pages.
func retained(h *mheap) uint64 {
	return (h.memstats.heapSys.Peek() - h.memstats.heapReleased.Peek()) / h.g.PageSize
}

// TestScavengeStep: the background scavenger releases what is more than the
// goal, a page at a time. The heap retains 5 pages, all free.
func TestScavengeStep(t *testing.T) {
	for _, tt := range []struct{ goal, want uint64 }{{0, 0}, {3, 3}, {5, 5}, {9, 5}} {
		hp, m := NewDirect(Config{})
		hp.FreeSpan(m, hp.Alloc(m, 5, 0, false))
		hp.StartScavengeGen(m)
		hp.SetScavengeGoal(tt.goal * hp.h.g.PageSize)
		for n := retained(hp.h); n > tt.want; n-- {
			if got := hp.ScavengeStep(m); got != hp.h.g.PageSize {
				t.Errorf("goal %d, %d pages retained: released %d bytes", tt.goal, n, got)
			}
		}
		if got := hp.ScavengeStep(m); got != 0 || retained(hp.h) != tt.want {
			t.Errorf("goal %d: released %d bytes more, %d pages retained", tt.goal, got, retained(hp.h))
		}
		if got := hp.h.pages.scav.released; got != (5-tt.want)*hp.h.g.PageSize {
			t.Errorf("goal %d: scav.released %d", tt.goal, got)
		}
	}
}

// TestWakeScavengerLosesNoRequest: a sweeper asks sysmon to wake the scavenger
// while that is about to park. In every order of the two the scavenger runs
// again after the request: nobody who asks first and lowers the goal before
// that is forgotten.
func TestWakeScavengerLosesNoRequest(t *testing.T) {
	var h *mheap
	bad := 0
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 2, NoStops: true}},
		prepare: func(hp *Heap, m *model.M) {
			hp.FreeSpan(m, hp.Alloc(m, 5, 0, false))
			hp.StartScavengeGen(m)
		},
		start: func(hp *Heap) {
			h = hp.h
			hp.NewBgscavenge()
			hp.NewSysmon()
			hp.K.NewM("sweeper", func(m *model.M) {
				m.Systemstack(func() {
					m.Lock(h.lock)
					h.setScavengeGoal(m, 4*h.g.PageSize)
					m.Unlock(h.lock)
				})
				h.readyForScavenger(m)
				// The scavenger has released a page when this ends.
				h.memstats.heapReleased.Await(m.T(), sched.Eq, 32*h.g.PageSize-4*h.g.PageSize)
			})
		},
		preemptions: 3,
		after: func(*sched.Result) {
			if retained(h) != 4 {
				bad++
			}
		},
	}
	r, v := e.run(t)
	if v != nil || bad > 0 {
		t.Errorf("%d of %d executions do not end with 4 pages; %v", bad, r.Executions, v)
	}
}

// TestSysmonWakesOnlyIfAsked: sysmon lets the scavenger sleep until there is a
// request.
func TestSysmonWakesOnlyIfAsked(t *testing.T) {
	e := &exploration{
		cfg:     Config{Machine: model.Config{NoStops: true}},
		prepare: func(hp *Heap, _ *model.M) { hp.h.scavenger.parked = true },
		start: func(hp *Heap) {
			h := hp.h
			h.scavenger.g = hp.K.NewDaemon("sleeper", func(m *model.M) { m.Park(nil) })
			hp.K.NewM("in place of sysmon", func(m *model.M) {
				h.sysmonWakeScavenger(m)
				if !h.scavenger.parked {
					t.Error("sysmon has woken the scavenger")
				}
			})
		},
	}
	if _, v := e.run(t); v != nil {
		t.Error(v)
	}
}

// TestDirectWakeUpIsLost: wakeScavenger does nothing while the scavenger runs,
// so it may park after a direct call and stay so. finishsweep relies on the
// request by way of sysmon.
func TestDirectWakeUpIsLost(t *testing.T) {
	e := &exploration{
		cfg: Config{Machine: model.Config{Procs: 2, NoStops: true}},
		prepare: func(hp *Heap, m *model.M) {
			hp.FreeSpan(m, hp.Alloc(m, 5, 0, false))
			hp.StartScavengeGen(m)
		},
		start: func(hp *Heap) {
			h := hp.h
			hp.NewBgscavenge()
			hp.K.NewM("waker", func(m *model.M) {
				m.Systemstack(func() {
					m.Lock(h.lock)
					h.setScavengeGoal(m, 4*h.g.PageSize)
					m.Unlock(h.lock)
				})
				h.wakeScavenger(m)
				h.memstats.heapReleased.Await(m.T(), sched.Eq, 28*h.g.PageSize)
			})
		},
		preemptions: 2,
	}
	if _, v := e.run(t); siteAndKind(v) != "stuck heap_released" {
		t.Errorf("got %v", v)
	}
}

// TestScavengeAll releases all free pages of a generation, and says how much.
func TestScavengeAll(t *testing.T) {
	hp, m := NewDirect(Config{})
	hp.FreeSpan(m, hp.Alloc(m, 7, 0, false))
	hp.Alloc(m, 1, 0, false)
	// The page cache has 7 pages of the block; the scavenger can not see them.
	if got := hp.ScavengeAll(m); got != 0 {
		t.Errorf("released %d", got)
	}
	flushP(hp.h, m)
	// A generation that found nothing makes the next one start at the top.
	if got, want := hp.ScavengeAll(m), 6*hp.h.g.PageSize; got != want {
		t.Errorf("released %d, want %d", got, want)
	}
}

// flushP gives the pages of the P's cache back.
func flushP(h *mheap, m *model.M) {
	m.Lock(h.lock)
	h.local(m.P()).pcache.flush(m, &h.pages)
	m.Unlock(h.lock)
}
