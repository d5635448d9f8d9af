package heap

import (
	"testing"

	"lockheld/model"
)

// TestTimersMeet: two Ms delete a timer that a third one moves to its P. Who finds
// it taken waits, nobody stays unpreemptible, and the timer is off in the end.
func TestTimersMeet(t *testing.T) {
	ends := map[uint64]bool{}
	e := &exploration{
		cfg: Config{Timers: true, Machine: model.Config{NoStops: true, Procs: 3}},
		prepare: func(hp *Heap, _ *model.M) {
			hp.h.timer.pp, hp.h.timer.known = 3, 3
			hp.h.timer.status.Poke(timerWaiting)
		},
		start: func(hp *Heap) {
			h, left := hp.h, 0
			each := func(name string, f func(m *model.M)) {
				hp.K.NewM(name, func(m *model.M) {
					f(m)
					if n := m.Locks(); n != 0 {
						t.Errorf("%s: m.locks is %d", name, n)
					}
					if left++; left%3 == 0 {
						ends[h.timer.status.Peek()] = true
					}
				})
			}
			each("mover", func(m *model.M) { h.moveTimers(m, hp.K.AllPs()[2]) })
			each("deleter 1", func(m *model.M) { h.deltimer(m, &h.timer) })
			each("deleter 2", func(m *model.M) { h.deltimer(m, &h.timer) })
		},
		preemptions: 3,
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	// Removed if it was deleted before it was to be moved.
	if len(ends) != 2 || !ends[timerDeleted] || !ends[timerRemoved] {
		t.Errorf("the timer ends with status %v", ends)
	}
}
