package sched

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
)

// A search of twice as many executions allocates hardly more: nothing for an
// execution, only what a table needs to grow at times. What the runtime allocates
// in between is much less than one for each of so many executions.
func TestSearchesAllocateNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	const n = 1500
	for _, p := range []*Program{counter(3, 5), readers(12), heaplock(5, true), program("waits", waitsSetup)} {
		for _, s := range Strategies() {
			if s.Name == "auto" {
				continue // its walks fill tables until it has chosen; what it chooses is here
			}
			t.Run(p.Name+"/"+s.Name, func(t *testing.T) {
				once, twice := int64(0), int64(0)
				for range 5 {
					o := Options{Strategy: s.Name, Preemptions: -1, Shrink: -1, All: true}
					if s.Name == "cache" {
						o.Recheck = -1 // else it keeps the ways to some states
					}
					once = searchAllocs(t, p, o, n)
					twice = searchAllocs(t, p, o, 2*n)
					if twice-once < n/8 {
						return
					}
				}
				t.Errorf("%d allocations in %d executions, %d in %d", once, n, twice, 2*n)
			})
		}
	}
}

func searchAllocs(t *testing.T, p *Program, o Options, executions int64) int64 {
	t.Helper()
	var before, after runtime.MemStats
	o.Executions = executions
	runtime.ReadMemStats(&before)
	r, err := Explore(context.Background(), p, o)
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if r.Executions+r.Blocked < executions && o.Strategy != "cache" {
		t.Fatalf("%d executions, want %d", r.Executions, executions)
	}
	return int64(after.Mallocs - before.Mallocs)
}

// waitsSetup has conditions, choices and reader/writer locks.
func waitsSetup(w *World) {
	x, l := NewWord(w, "x", 0), NewRWMutex(w, "l")
	m, c := NewMutex(w, "m"), NewCond(w, "c")
	ready := false
	Save(w, &ready)
	tasks(w,
		func(t *Task) {
			m.Lock(t)
			ready = true
			c.Broadcast(t)
			m.Unlock(t)
			x.Inc(t, 1)
			x.Store(t, uint64(1+t.Choose("c", 2)))
		},
		func(t *Task) {
			m.Lock(t)
			for !ready {
				c.Wait(t, m)
			}
			m.Unlock(t)
			x.Inc(t, 1)
			l.RLock(t)
			x.Load(t)
			l.RUnlock(t)
		},
		func(t *Task) {
			l.Lock(t)
			x.Inc(t, 1)
			l.Unlock(t)
			x.CAS(t, 2, 3)
			x.Load(t)
		},
		func(t *Task) {
			x.Await(t, Gt, 0)
			x.Swap(t, 7)
			if m.TryLock(t) {
				m.Unlock(t)
			}
		})
}
