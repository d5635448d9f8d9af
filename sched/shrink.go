package sched

import (
	"context"
	"slices"
)

// defaultShrink is the number of executions spent on one violation.
const defaultShrink = 10000

// shrink repeats the schedule of f, reports whether it ends in the same
// violation, and makes it better: with fewer steps, then fewer changes of task,
// then smaller data choices. It leaves out, joins and shortens blocks of steps
// of one task and lowers data choices as long as the same violation results
// (delta debugging, Zeller and Hildebrandt, TSE 2002, on blocks of a schedule).
//
// The result is locally minimal unless the executions run out: no single edit of
// these kinds improves it.
func shrink(ctx context.Context, p *Program, o *Options, f *Finding) (same bool, err error) {
	budget := o.Shrink
	if budget == 0 {
		budget = defaultShrink
	}
	s := &shrinker{ctx: ctx, want: f.Violation, first: f.first, found: f.Schedule, budget: budget}
	x := newEngine(p, s, newDriver(o))
	if x.stopAtFail = f.first; !f.first {
		x.haltAt = &s.want
	}
	if e, err := LookupStrategy(o.Strategy); err == nil {
		x.reduces = e.Reduces
		x.drain = o.Drain || e.Reduces
	}
	if err := x.run(); err != nil {
		return false, err
	}
	if s.confirmed {
		f.Schedule, f.Violation = s.best, s.want
	}
	return s.confirmed, nil
}

// block is some consecutive steps of one task.
type block struct{ task, n int }

// shrinker is a strategy that runs the schedule that was found and then tries
// edits of the best schedule so far. A plan that names a task that is not
// enabled goes on with its next block.
type shrinker struct {
	ctx       context.Context
	want      Violation
	first     bool // want must be the first violation of the execution
	found     Schedule
	budget    int
	confirmed bool // the schedule that was found gave the same violation

	best   Schedule // for other explorations
	cost   int
	blocks []block   // of best
	values [][]int16 // data choices of best, by task
	drawn  []dataChoice

	edit    int // number of the next edit of best
	since   int // edits since best was found
	plan    []block
	at      int // block of the plan that is being run
	used    int // steps of it
	lowered int // data choice of drawn that is changed, -1: none
	lowerTo int16
	next    []int // data choices made, by task
}

// dataChoice is the k-th data choice of a task.
type dataChoice struct{ task, k int }

func (s *shrinker) Next(r *Result) (Schedule, bool) {
	if r == nil {
		return s.found, true
	}
	s.learn(r)
	if !s.confirmed || s.budget <= 0 || s.ctx.Err() != nil {
		return nil, false
	}
	s.budget--
	for s.since < s.edits() {
		e := s.edit % s.edits()
		s.edit++
		s.since++
		if s.plan1(e) {
			s.at, s.used = 0, 0
			clear(s.next)
			return nil, true
		}
	}
	return nil, false
}

// learn adopts the execution r if it ends in the wanted violation and is better
// than what is known.
func (s *shrinker) learn(r *Result) {
	for i := range r.Violations {
		v := &r.Violations[i]
		if v.Kind == s.want.Kind && v.Site == s.want.Site {
			if c := costOf(r.Log); !s.confirmed || c < s.cost {
				s.confirmed, s.cost, s.want = true, c, *v
				s.adopt(r)
			}
			return
		}
		if s.first {
			return
		}
	}
}

func (s *shrinker) adopt(r *Result) {
	s.best = r.Schedule()
	s.since = 0
	s.blocks, s.drawn = s.blocks[:0], s.drawn[:0]
	s.values = make([][]int16, maxTasks)
	s.next = make([]int, maxTasks)
	for i := range r.Log {
		c := r.Log[i].Choice
		task := int(c.Task)
		if n := len(s.blocks); n > 0 && s.blocks[n-1].task == task {
			s.blocks[n-1].n++
		} else {
			s.blocks = append(s.blocks, block{task, 1})
		}
		if c.Value >= 0 {
			s.drawn = append(s.drawn, dataChoice{task, len(s.values[task])})
			s.values[task] = append(s.values[task], c.Value)
		}
	}
}

// costOf orders executions: by steps, changes of task, data choices.
func costOf(log []Step) int {
	cost := len(log) << 40
	for i := range log {
		if i > 0 && log[i].Task != log[i-1].Task {
			cost += 1 << 20
		}
		cost += max(int(log[i].Value), 0)
	}
	return cost
}

// edits returns the number of edits of the best schedule. In this order: leaving
// out runs of blocks, from half of all down to one; joining each block to the
// one of its task before it, then to the one after it; taking a step off each
// block; setting each data choice to 0; lowering each by 1.
func (s *shrinker) edits() int {
	n := len(s.blocks)
	total := 3*n + 2*len(s.drawn)
	for size := (n + 1) / 2; size >= 1; size /= 2 {
		total += (n + size - 1) / size
	}
	return total
}

// plan1 plans edit number e. It returns false if the edit changes nothing.
func (s *shrinker) plan1(e int) bool {
	n := len(s.blocks)
	s.plan = append(s.plan[:0], s.blocks...)
	s.lowered = -1
	for size := (n + 1) / 2; size >= 1; size /= 2 {
		places := (n + size - 1) / size
		if e < places {
			lo := e * size
			s.plan = slices.Delete(s.plan, lo, min(lo+size, n))
			return true
		}
		e -= places
	}
	switch {
	case e < n:
		return s.join(e, -1)
	case e < 2*n:
		return s.join(e-n, 1)
	case e < 3*n:
		s.plan[e-2*n].n--
		return true
	}
	e -= 3 * n
	zero := e < len(s.drawn)
	s.lowered = e % len(s.drawn)
	c := s.drawn[s.lowered]
	v := s.values[c.task][c.k]
	s.lowerTo = v - 1
	if zero {
		s.lowerTo = 0
	}
	return v > 0 && (zero || v > 1)
}

// join moves block i next to the nearest block of its task in direction dir.
func (s *shrinker) join(i, dir int) bool {
	b := s.plan[i]
	for j := i + dir; j >= 0 && j < len(s.plan); j += dir {
		if s.plan[j].task == b.task {
			s.plan[j].n += b.n
			s.plan = slices.Delete(s.plan, i, i+1)
			return true
		}
	}
	return false
}

func (s *shrinker) Pick(v *View) int {
	if len(v.Log) >= len(s.best) {
		return Prune // not better
	}
	for s.at < len(s.plan) {
		b := s.plan[s.at]
		if s.used < b.n && v.Enabled&(1<<uint(b.task)) != 0 {
			s.used++
			return b.task
		}
		s.at++
		s.used = 0
	}
	return onward(v)
}

// Value gives each task the data choices that it had in the best schedule, but
// for the one that is being changed.
func (s *shrinker) Value(v *View, n int) int {
	t := v.Choosing
	k := s.next[t]
	s.next[t]++
	if k >= len(s.values[t]) || int(s.values[t][k]) >= n {
		return 0
	}
	if s.lowered >= 0 && s.drawn[s.lowered] == (dataChoice{t, k}) {
		return int(s.lowerTo)
	}
	return int(s.values[t][k])
}
