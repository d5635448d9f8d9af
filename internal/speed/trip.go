package speed

import (
	"iter"
	"time"
)

// Trips makes bare round trips of package iter, into and out of one of four
// coroutines in turn: what a change of task costs without a scheduler.
type Trips struct {
	next [4]func() (int, bool)
	stop [4]func()
}

// NewTrips starts the coroutines.
func NewTrips() *Trips {
	t := &Trips{}
	for i := range t.next {
		t.next[i], t.stop[i] = iter.Pull(func(yield func(int) bool) {
			for yield(0) {
			}
		})
	}
	return t
}

// Close ends the coroutines.
func (t *Trips) Close() {
	for _, stop := range t.stop {
		stop()
	}
}

// Measure makes some round trips and returns the time of one in nanoseconds.
func (t *Trips) Measure() float64 {
	const rounds = 500
	start := time.Now()
	for i := range rounds {
		t.next[i%len(t.next)]()
	}
	return float64(time.Since(start).Nanoseconds()) / rounds
}
