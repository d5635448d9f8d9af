package sched

import "context"

// shrink makes the schedule of a finding shorter: it leaves out, joins and
// shortens blocks of steps of one task as long as the same violation results,
// with fewer steps or as many steps and fewer changes of task (delta debugging,
// Zeller and Hildebrandt, TSE 2002, on blocks of a schedule).
//
// The result is locally minimal: no single edit of these kinds improves it.
func shrink(ctx context.Context, p *Program, o *Options, f *Finding) {
	budget := o.Shrink
	if budget == 0 {
		budget = 2000
	}
	if budget < 0 || len(f.Schedule) == 0 || f.Violation.Kind == KindNondeterminism {
		return
	}
	s := &shrinker{ctx: ctx, want: f.Violation, budget: budget, best: f.Schedule}
	s.cost = scheduleCost(f.Schedule)
	x := newEngine(p, s, newDriver(o))
	x.depth = len(f.Schedule)
	x.stopAtFail = true
	if x.run() == nil {
		f.Schedule = s.best
		f.Violation = s.want
	}
}

// block is some consecutive steps of one task.
type block struct{ task, n int }

func blocksOf(s Schedule) []block {
	var b []block
	for _, c := range s {
		if n := len(b); n > 0 && b[n-1].task == int(c.Task) {
			b[n-1].n++
		} else {
			b = append(b, block{int(c.Task), 1})
		}
	}
	return b
}

// scheduleCost orders schedules: first by steps, then by changes of task.
func scheduleCost(s Schedule) int { return len(s)<<20 + len(blocksOf(s)) }

// shrinker is a strategy that tries edits of the best schedule so far. A plan
// that names a task that is not enabled goes on with its next block.
type shrinker struct {
	ctx    context.Context
	want   Violation
	budget int
	best   Schedule
	cost   int

	blocks []block // of best
	edit   int     // number of the next edit of best
	plan   []block // being run
	at     int
	used   int
	values map[int][]int16 // data choices of best, by task
	next   map[int]int
}

func (s *shrinker) Next(r *Result) (Schedule, bool) {
	if r == nil {
		s.adopt(s.best)
	} else {
		for i := range r.Violations {
			v := &r.Violations[i]
			if v.Kind != s.want.Kind || v.Site != s.want.Site {
				continue
			}
			if got := r.Schedule(); scheduleCost(got) < s.cost {
				s.want = *v
				s.adopt(got)
			}
			break
		}
	}
	if s.budget == 0 || s.ctx.Err() != nil {
		return nil, false
	}
	s.budget--
	if !s.nextPlan() {
		return nil, false
	}
	s.at, s.used = 0, 0
	clear(s.next)
	return nil, true
}

func (s *shrinker) adopt(got Schedule) {
	s.best, s.cost = got, scheduleCost(got)
	s.blocks = blocksOf(got)
	s.edit = 0
	s.values = map[int][]int16{}
	s.next = map[int]int{}
	for _, c := range got {
		if c.Value >= 0 {
			s.values[int(c.Task)] = append(s.values[int(c.Task)], c.Value)
		}
	}
}

// nextPlan makes the next edit of the best schedule. The edits are numbered:
// leaving out runs of blocks, from half of all down to one, then joining each
// block to the one of its task before it, then to the one after it, then
// taking a step off each block.
func (s *shrinker) nextPlan() bool {
	n, e := len(s.blocks), s.edit
	s.edit++
	for size := (n + 1) / 2; size >= 1; size /= 2 {
		places := (n + size - 1) / size
		if e < places {
			lo := e * size
			s.plan = append(s.plan[:0], s.blocks[:lo]...)
			s.plan = append(s.plan, s.blocks[min(lo+size, n):]...)
			return true
		}
		e -= places
	}
	switch {
	case e < n:
		s.join(e, -1)
	case e < 2*n:
		s.join(e-n, 1)
	case e < 3*n:
		s.plan = append(s.plan[:0], s.blocks...)
		s.plan[e-2*n].n--
	default:
		return false
	}
	return true
}

// join moves block i next to the nearest block of its task in direction dir.
func (s *shrinker) join(i, dir int) {
	s.plan = append(s.plan[:0], s.blocks...)
	b := s.plan[i]
	for j := i + dir; j >= 0 && j < len(s.plan); j += dir {
		if s.plan[j].task == b.task {
			s.plan[j].n += b.n
			s.plan = append(s.plan[:i], s.plan[i+1:]...)
			return
		}
	}
}

func (s *shrinker) Pick(v *View) int {
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

// Value gives each task the data choices that it had in the best schedule.
func (s *shrinker) Value(v *View, n int) int {
	had := s.values[v.Choosing]
	i := s.next[v.Choosing]
	s.next[v.Choosing]++
	if i < len(had) && int(had[i]) < n {
		return int(had[i])
	}
	return 0
}
