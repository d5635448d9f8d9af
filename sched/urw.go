package sched

import "math/bits"

// weights are the numbers of steps that each task is expected to make, its
// descendants' included, from earlier executions.
type weights struct {
	total [maxTasks]int64 // in the longest execution of the task so far
	left  [maxTasks]int64 // in this execution
	seen  [maxTasks]int64 // steps made in this execution
}

func (w *weights) begin() {
	for i := range w.seen {
		w.total[i] = max(w.total[i], w.seen[i])
	}
	w.left = w.total
	w.seen = [maxTasks]int64{}
}

func (w *weights) step(t int) {
	w.seen[t]++
	w.left[t] = max(w.left[t]-1, 0)
}

// urw chooses each task with probability proportional to the number of steps
// that it still has to make (Zhao, Wolff, Mathur and Roychoudhury, Selectively
// uniform concurrency testing, ASPLOS 2025, section 3). If these numbers are
// right and no task ever waits, every interleaving is equally likely.
//
// The numbers come from earlier executions; the first one is a random walk.
type urw struct {
	random
	w weights
}

func newURW(o *Options) Strategy { return &urw{random: *newRandom(o).(*random)} }

func (s *urw) Next(r *Result) (Schedule, bool) {
	s.w.begin()
	return s.random.Next(r)
}

func (s *urw) Pick(v *View) int {
	t := s.weighted(v.Enabled, &s.w)
	s.w.step(t)
	return t
}

// weighted picks a task of set with probability proportional to its steps
// left, which count as one at least.
func (s *random) weighted(set uint64, w *weights) int {
	if set&(set-1) == 0 {
		return bits.TrailingZeros64(set)
	}
	var sum int64
	for m := set; m != 0; m &= m - 1 {
		sum += max(w.left[bits.TrailingZeros64(m)], 1)
	}
	x := int64(s.below(int(sum)))
	for m := set; ; m &= m - 1 {
		t := bits.TrailingZeros64(m)
		if x -= max(w.left[t], 1); x < 0 {
			return t
		}
	}
}
