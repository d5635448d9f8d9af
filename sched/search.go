package sched

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Pool is a number of workers that have nothing to do. Searches that share it
// take them when they have work to give away. The zero Pool is empty.
type Pool struct{ spare atomic.Int64 }

// Add puts n workers into the pool.
func (p *Pool) Add(n int) { p.spare.Add(int64(n)) }

// take takes one worker out, if there is one.
func (p *Pool) take() bool {
	for {
		n := p.spare.Load()
		if n <= 0 {
			return false
		}
		if p.spare.CompareAndSwap(n, n-1) {
			return true
		}
	}
}

// search is one exploration under way. Its work is divided in parts, and each
// worker is busy with one of them at a time. A part has its place in the order
// in which one worker alone would go, and what is seen in it is summed up apart
// from others, so that the whole does not depend on who did what when.
type search struct {
	ctx      context.Context
	o        Options
	entry    *StrategyEntry
	p        *Program
	model    uint64 // digest of p, if the search is saved or resumed
	pool     *Pool
	shares   bool   // several workers may take part
	byWrites uint64 // groups of symmetric tasks that take turns with their first writes
	resumed  bool   // executions were counted before
	limit    uint64 // samplers: number of executions
	total    tally  // in the end
	report   *Report

	// events counts what workers must look at between two executions.
	events atomic.Uint32

	slots slotTable
	tree  sharedTree // dpor

	mu      sync.Mutex
	parts   portions
	next    uint64 // samplers: number of the first execution that is in no part
	workers []*worker
	over    bool // nobody begins another part
	full    bool // stopped by the number of executions
	anew    bool // it has to begin anew
	saving  saving
	joined  sync.WaitGroup // workers but for the first
	after   sync.Mutex     // one call of Options.After at a time
}

func newSearch(ctx context.Context, p *Program, o Options, e *StrategyEntry) (*search, error) {
	s := &search{ctx: ctx, o: o, entry: e, p: p, pool: o.Pool, limit: never}
	if err := s.loadState(); err != nil {
		return nil, err
	}
	s.report = &Report{Program: p.Name, Strategy: e.Name, Options: o}
	s.saving.over.L = &s.mu
	if o.Executions > 0 {
		s.limit = uint64(o.Executions)
	}
	if s.pool == nil {
		s.pool = new(Pool)
		s.pool.Add(max(o.Workers, 1) - 1)
	}
	s.tree.cells.aware = s.tree.cells.aware || o.races
	if o.Symmetry && e.Keeps && o.Preemptions < 0 {
		if err := s.findTurns(); err != nil {
			return nil, err
		}
	}
	first := s.newWorker()
	first.working = true
	if o.Resume != nil {
		s.tellBefore()
		first.resumeTotals()
	}
	switch {
	case first.numbered != nil:
		s.shares = true
	case first.divisible != nil:
		// The first executions of a search that has a limit are those of one
		// worker alone.
		s.shares = o.Executions == 0 && o.Classes == 0 && !(s.unordered() && (o.Saver != nil || o.Resume != nil))
		fallthrough
	default:
		if o.Resume == nil {
			s.parts.add(nil, nil)
		}
	}
	return s, nil
}

// limited reports whether the number of executions of a search in order is.
func (s *search) limited() bool { return s.o.Executions > 0 && s.entry.Kind == Exhaustive }

// run explores. The first worker is the caller's.
func (s *search) run() error {
	first := s.workers[0]
	func() {
		defer s.joined.Wait()
		defer first.leave()
		first.x.explore()
		first.returned = true
	}()
	s.parts.join()
	if err := s.broken(); err != nil {
		return err
	}
	s.anew = s.raced() && s.ctx.Err() == nil
	if v := s.saving.saver; v != nil && !s.anew {
		st := s.state()
		st.finished = !s.interrupted() && !st.raced
		v.Save(st)
	}
	return nil
}

// broken returns why the search could not go on. What workers panicked with, and
// an exit of their goroutine, goes on.
func (s *search) broken() error {
	for _, w := range s.workers {
		switch {
		case w.panicked != "":
			panic(w.panicked)
		case w.x.broken != "":
			panic(w.x.broken)
		case w.x.exit || !w.returned:
			runtime.Goexit()
		}
	}
	for p := s.parts.first; p != nil; p = p.next {
		if p.err != nil {
			return p.err
		}
	}
	return s.workers[0].x.err
}

// stop ends all workers that wait. The lock is held.
func (s *search) stop() {
	s.over = true
	for _, w := range s.workers {
		w.signal()
	}
}

// abandon ends the search whatever there is left. The lock is held.
func (s *search) abandon() {
	for p := s.parts.first; p != nil; p = p.next {
		p.dropped = true
	}
	s.events.Add(1)
	s.stop()
}

// claim returns a part for w to work on, nil if there is none. The lock is held.
func (s *search) claim(w *worker) *portion {
	p := s.parts.waiting()
	switch {
	case p != nil:
	case w.numbered != nil:
		p = s.block()
	case s.unordered():
		if leaf := s.tree.pop(); leaf != nil {
			p = s.parts.add(s.parts.end(), leaf)
		}
	}
	if p != nil {
		p.by = w
	}
	return p
}

// block returns the next numbers of executions as a part.
func (s *search) block() *portion {
	end := s.parts.end()
	if s.next >= s.limit || end != nil && end.last {
		return nil
	}
	p := s.parts.add(end, nil)
	p.block = numbers{s.next, s.next + min(blockSize, s.limit-s.next)}
	p.work = &p.block
	s.next = p.block.to
	return p
}

// complete reports whether nothing is left to do.
func (s *search) complete() bool {
	if end := s.parts.end(); s.workers[0].numbered != nil && s.next < s.limit && (end == nil || !end.last) {
		return false
	}
	return s.parts.complete() && len(s.tree.waiting) == 0
}

// unordered reports whether the order of the parts means nothing.
func (s *search) unordered() bool { return s.entry.Reduces }

// satisfied reports whether the search ends when it has found n violations.
func (s *search) satisfied(n int) bool {
	return n > 0 && !s.o.All || s.o.findings > 0 && n >= s.o.findings
}

// idle reports whether nobody works. The lock is held.
func (s *search) idle() bool {
	for _, w := range s.workers {
		if w.part != nil {
			return false
		}
	}
	return true
}

// fill writes the sum of all parts into the report.
func (s *search) fill() {
	t, rep := &s.total, s.report
	if s.o.Classes > 0 {
		t.classes = newClassSet(s.o.Classes)
	}
	for p := s.parts.first; p != nil; p = p.next {
		t.follow(&p.seen)
	}
	for _, w := range s.workers {
		for i := range w.late {
			if f := &w.late[i]; !t.knows(&f.Violation) {
				t.findings = append(t.findings, *f)
			}
		}
	}
	rep.Executions, rep.Steps, rep.Blocked, rep.Cut = t.executions, t.steps, t.blocked, t.cut
	rep.PassedOver, rep.MaxSteps, rep.Hash = t.passedOver, t.maxSteps, t.hash
	rep.Findings = t.findings
	rep.Workers = len(s.workers)
	if t.classes != nil {
		t.classes.report(rep)
	}
}

// interrupted reports whether the search ended because its context did.
func (s *search) interrupted() bool { return s.ctx.Err() != nil && !s.full && !s.complete() }

// raced reports whether a search that reduces gave up at a data race.
func (s *search) raced() bool {
	return s.unordered() && s.tree.cells.races.Load() && !s.tree.cells.aware
}

// again returns the search, or one that has begun anew because of a data race.
func (s *search) again() (*search, error) {
	if !s.anew {
		return s, nil
	}
	o := s.o
	o.races, o.Resume = true, nil
	again, err := newSearch(s.ctx, s.p, o, s.entry)
	if err != nil {
		return nil, err
	}
	return again, again.run()
}

// ordered returns a search with the findings of one worker. Several workers that
// reduce find the same violations, but in any order, and after other executions
// of the same traces. So one of them searches again, up to the last of them. If
// the first violation ends the search, the counts are those of that search, too,
// and so they are if tasks were passed over because they spin: how often that
// happens is not the same in all executions of a trace.
func (s *search) ordered() (*search, error) {
	spun := s.total.passedOver > 0
	if !s.unordered() || len(s.workers) == 1 || s.total.endless || len(s.total.findings) == 0 && !spun || s.ctx.Err() != nil {
		return s, nil
	}
	o := s.o
	o.Workers, o.Pool, o.Live, o.findings = 1, nil, nil, len(s.total.findings)
	if spun {
		o.findings = 0
	} else if o.All {
		o.After = nil
	}
	one, err := newSearch(s.ctx, s.p, o, s.entry)
	if err != nil {
		return nil, err
	}
	if err := one.run(); err != nil {
		return nil, err
	}
	one.fill()
	if !o.All || spun {
		one.report.Options = s.o
		return one, nil
	}
	for i := range s.total.findings {
		if f := &s.total.findings[i]; s.ctx.Err() != nil && !one.total.knows(&f.Violation) {
			one.total.findings = append(one.total.findings, *f) // it did not come so far
		}
	}
	s.total.findings, s.report.Findings = one.total.findings, one.total.findings
	return s, nil
}
