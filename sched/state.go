package sched

import "fmt"

// State is how far a search has come, and what it has seen. It does not change.
type State struct {
	program string
	model   uint64 // digest of the program

	strategy    string
	depth       int
	preemptions int
	seed        uint64
	executions  int64
	all, drain  bool
	classes     int64

	tasks []taskSlot // by index: records of some strategies refer to them
	next  uint64     // samplers: number of the first execution that is in no part
	parts []savedPart

	finished bool // nothing is left to do
	raced    bool // it has to begin anew because of a data race
}

// savedPart is a part of a search that nobody works on.
type savedPart struct {
	work       work
	done, last bool
	seen       tally
}

// state returns the state of the search, of which all workers have stopped.
func (s *search) state() *State {
	st := newState(s.p, s.model, &s.o, s.entry)
	st.next, st.raced = s.next, s.raced()
	st.tasks = s.slots.all()
	for p := s.parts.first; p != nil; p = p.next {
		left := p.work
		if n, ok := left.(*numbers); ok {
			left = &numbers{n.from, n.to}
		}
		if _, ok := left.(*boundedTotals); p.done && !ok {
			left = nil
		}
		st.parts = append(st.parts, savedPart{left, p.done, p.last, p.seen.clone()})
	}
	return st
}

func newState(p *Program, model uint64, o *Options, e *StrategyEntry) *State {
	return &State{program: p.Name, model: model, strategy: e.Name, depth: o.Depth, preemptions: o.Preemptions,
		seed: o.Seed, executions: o.Executions, all: o.All, drain: o.Drain, classes: o.Classes}
}

// Finished reports whether the search has come to its end: going on from here
// gives its report.
func (st *State) Finished() bool { return st.finished }

// Executions returns the number of executions that the search has counted.
func (st *State) Executions() (n int64) {
	for i := range st.parts {
		n += st.parts[i].seen.executions
	}
	return n
}

// Check reports in one line why a search of p with the options o cannot go on
// from the state; nil if it can.
func (st *State) Check(p *Program, o Options) error {
	e, err := LookupStrategy(o.Strategy)
	if err != nil {
		return err
	}
	if err := e.saves(&o); err != nil {
		return err
	}
	model, err := p.Digest()
	if err != nil {
		return err
	}
	return st.check(newState(p, model, &o, e))
}

// check compares the state with one of the search that is to go on.
func (st *State) check(now *State) error {
	for _, c := range []struct {
		what     string
		was, now any
	}{
		{"program", st.program, now.program},
		{"strategy", st.strategy, now.strategy},
		{"step limit", st.depth, now.depth},
		{"preemption bound", st.preemptions, now.preemptions},
		{"seed", st.seed, now.seed},
		{"number of executions", st.executions, now.executions},
		{"going on after violations", st.all, now.all},
		{"draining daemons", st.drain, now.drain},
		{"limit of classes", st.classes, now.classes},
	} {
		if c.was != c.now {
			return fmt.Errorf("the saved search of %s has another %s: %v, not %v", st.program, c.what, c.was, c.now)
		}
	}
	if st.model != now.model {
		return fmt.Errorf("the saved search is of another model of %s (digest %016x, now %016x)", st.program, st.model, now.model)
	}
	return nil
}

// saves returns nil if searches by the strategy can be saved, or why not.
func (e *StrategyEntry) saves(o *Options) error {
	if o.Symmetry {
		return fmt.Errorf("a search by symmetry cannot be saved")
	}
	switch e.make(o).(type) {
	case sampler, resumable:
		if !e.Chooses {
			return nil
		}
	}
	return fmt.Errorf("a search by strategy %s cannot be saved", e.Name)
}

// Saves returns nil if a search by the strategy with options o can be saved and
// resumed, or says in one line that it cannot.
func (e *StrategyEntry) Saves(o Options) error { return e.saves(&o) }

// loadState prepares the search to be saved, and makes it go on from a state, if
// that is asked for.
func (s *search) loadState() error {
	o := &s.o
	if o.Saver == nil && o.Resume == nil {
		return nil
	}
	if err := s.entry.saves(o); err != nil {
		return err
	}
	var err error
	if s.model, err = s.p.Digest(); err != nil {
		return err
	}
	s.saving.saver = o.Saver
	if o.Resume == nil {
		return nil
	}
	if err := o.Resume.check(newState(s.p, s.model, o, s.entry)); err != nil {
		return err
	}
	s.resumed = o.Resume.Executions() > 0
	s.resume(o.Resume)
	return nil
}

// tellBefore tells the figures of what was done before.
func (s *search) tellBefore() {
	l := s.o.Live
	if l == nil {
		return
	}
	for p := s.parts.first; p != nil; p = p.next {
		l.Executions.Add(p.seen.executions)
		l.Steps.Add(p.seen.steps)
		l.Depth.Store(max(l.Depth.Load(), int64(p.seen.maxSteps)))
	}
}

// resume makes the search go on from st.
func (s *search) resume(st *State) {
	s.next = st.next
	s.tree.cells.races.Store(st.raced)
	s.slots.slots = append(s.slots.slots, st.tasks...)
	behind := (*portion)(nil)
	for i := range st.parts {
		q := &st.parts[i]
		p := s.parts.add(behind, q.work)
		if n, ok := q.work.(*numbers); ok {
			p.block = *n
			p.work = &p.block
		}
		p.done, p.last, p.seen = q.done, q.last, q.seen.clone()
		behind = p
	}
}

// validSlots reports whether the slots can be those of tasks: each parent comes before
// its children, and they are in order.
func validSlots(slots []taskSlot) bool {
	var made [maxTasks + 1]int16
	for i, s := range slots {
		if i == maxTasks || s.parent < -1 || int(s.parent) >= i || s.child != made[s.parent+1] {
			return false
		}
		made[s.parent+1]++
	}
	return true
}
