package sched

import "math/bits"

// urw chooses each task with probability proportional to the number of steps
// that it and the tasks that it has yet to start still have to make (Zhao,
// Wolff, Mathur and Roychoudhury, Selectively uniform concurrency testing,
// ASPLOS 2025, section 3). If these numbers are right and no task ever waits,
// every interleaving is equally likely.
//
// The numbers come from executions of the profile; the first one is a random walk.
type urw struct {
	random
	w weights
}

func newURW(o *Options) Strategy { return &urw{random: random{seed: o.Seed}} }

func (s *urw) Next(r *Result) (Schedule, bool) { return nextOf(s, r) }

func (s *urw) learn(r *Result) {
	if profiled(s.made - 1) {
		s.w.learn(r.Log)
	}
}

func (s *urw) teaches(i uint64) uint64 { return nextProfiled(i) }

func (s *urw) begin() {
	s.random.begin()
	if s.aged {
		s.w.refresh()
	}
	s.w.begin()
}

func (s *urw) Pick(v *View) int {
	if n := len(v.Log); n > 0 && v.Log[n-1].Kind == OpSpawn {
		s.w.spawn(&v.Log[n-1])
	}
	t := s.weighted(v, v.Enabled, &s.w)
	s.w.left[t]--
	return t
}

// weights are the numbers of steps that tasks are expected to make.
type weights struct {
	tasks  int             // known ones: those below
	own    [maxTasks]int64 // the most steps of an execution of the profile
	parent [maxTasks]int8  // one more than the task that starts it; 0 is Setup
	total  [maxTasks]int64 // steps of the task and its descendants; what is in force
	start  [maxTasks]int64 // the same, 0 for tasks that others start
	left   [maxTasks]int64 // in this execution, descendants not yet started included
}

// learn takes over what is more than it was in earlier executions.
func (w *weights) learn(log []Step) {
	var now [maxTasks]int64
	for i := range log {
		now[log[i].Task]++
		w.meet(&log[i])
	}
	for t, n := range now[:w.tasks] {
		w.own[t] = max(w.own[t], n)
	}
}

// meet notes which tasks there are, and who starts whom.
func (w *weights) meet(s *Step) {
	w.tasks = max(w.tasks, int(s.Task)+1)
	if child, ok := spawned(s); ok {
		w.tasks = max(w.tasks, child+1)
		w.parent[child] = int8(s.Task) + 1
	}
}

// refresh makes what was learnt count from now on. Tasks come after those that
// start them.
func (w *weights) refresh() {
	copy(w.total[:], w.own[:w.tasks])
	for t := w.tasks - 1; t >= 0; t-- {
		w.start[t] = w.total[t]
		if p := w.parent[t]; p > 0 {
			w.total[p-1] += w.total[t]
			w.start[t] = 0
		}
	}
}

func (w *weights) begin() { copy(w.left[:], w.start[:w.tasks]) }

// spawn moves the steps of a task from the one that has started it to itself.
func (w *weights) spawn(s *Step) {
	if child, ok := spawned(s); ok {
		w.left[child] = w.total[child]
		w.left[s.Task] = max(w.left[s.Task]-w.total[child], 0)
	}
}

// weighted picks a task of set with probability proportional to its steps
// left, which count as one at least: the task is there.
func (s *random) weighted(v *View, set uint64, w *weights) int {
	if set&(set-1) == 0 {
		return bits.TrailingZeros64(set)
	}
	var sum int64
	for m := set; m != 0; m &= m - 1 {
		sum += max(w.left[bits.TrailingZeros64(m)], 1)
	}
	x := int64(s.below(int(sum)))
	for {
		t := v.nth(set, 0)
		if x -= max(w.left[t], 1); x < 0 {
			return t
		}
		set &^= 1 << uint(t)
	}
}
