package sched

import (
	"cmp"
	"fmt"
	"runtime/debug"
)

// worker explores one part of a search after the other. To its engine it is the
// strategy.
type worker struct {
	Strategy
	numbered  *numbered // the strategy, if it samples by numbers
	resumable resumable // the strategy, if its search can be left
	divisible divisible // the strategy, if its search can be divided
	selective selective // the strategy, if not all its executions are counted

	s        *search
	x        *engine
	part     *portion // nil: none
	begun    bool     // the part has been begun
	events   uint32
	patience int         // executions before the worker tries again to give something away
	namer    *classifier // of executions, nil if their classes are not counted
	told     counted     // what Live has been told of

	working  bool // it has been taken out of the pool
	parked   bool // it waits to be given a part
	wake     chan struct{}
	returned bool // its engine has returned
	panicked string
	late     []Finding // of an execution that an interrupt ended
}

// counted is a number of executions and of their steps.
type counted struct{ executions, steps int64 }

// newWorker adds a worker. The lock is held, or there is no other worker.
func (s *search) newWorker() *worker {
	made := s.entry.make(&s.o)
	w := &worker{s: s, Strategy: made, wake: make(chan struct{}, 1), patience: beforeSplit}
	if m, ok := w.Strategy.(sampler); ok {
		w.numbered = &numbered{sampler: m}
		w.Strategy = w.numbered
	}
	w.resumable, _ = w.Strategy.(resumable)
	w.divisible, _ = w.Strategy.(divisible)
	w.selective, _ = w.Strategy.(selective)
	if d, ok := w.Strategy.(*dpor); ok {
		d.shared, d.sets, d.eager = &s.tree, &s.tree.cells, s.o.eager && s.shares
	}
	x := newEngine(s.p, w, newDriver(&s.o))
	x.picks = made
	_, x.byCreation = w.Strategy.(creationOrdered)
	x.reduces = s.entry.Reduces
	x.drain = s.o.Drain || s.entry.Reduces
	x.symmetry, x.byWrites = s.o.Symmetry, s.byWrites
	if x.depth = max(s.o.Depth, 0); s.o.Depth == 0 {
		x.depth, x.safety = cmp.Or(s.o.safety, SafetyDepth), true
	}
	x.stopAtFail = !s.o.All
	x.notesUses = s.o.All && s.entry.Reduces
	if x.recheck = s.o.Recheck; x.recheck == 0 {
		x.recheck = 1000
	}
	x.after = w.count
	x.slots = &s.slots
	x.done = s.ctx.Done()
	x.resumes = len(s.workers) > 0 || s.resumed
	w.x = x
	s.workers = append(s.workers, w)
	return w
}

// help is the goroutine of a worker that is not the caller's.
func (w *worker) help() {
	defer w.s.joined.Done()
	defer w.leave()
	defer func() {
		if r := recover(); r != nil {
			w.panicked = fmt.Sprintf("%v\n\n%s", r, debug.Stack())
		}
	}()
	w.x.explore()
	w.returned = true
}

// Next counts the last execution and begins the next one, of this part or of
// another.
func (w *worker) Next(r *Result) (Schedule, bool) {
	switch {
	case w.x.interrupted:
		return nil, false
	case r == nil:
		return w.take()
	case w.x.abort:
		w.finish(true)
		return nil, false
	case w.part.seen.endless || w.s.satisfied(len(w.part.seen.findings)):
		w.finish(true)
		return w.take()
	}
	prefix, more := w.Strategy.Next(r)
	switch {
	case !more:
		w.finish(false)
		return w.take()
	case w.s.limited() && w.enough():
		return nil, false
	case w.events != w.s.events.Load() || w.s.saving.due() || w.generous():
		if !w.attend(r) {
			return w.take()
		}
	}
	return prefix, true
}

// enough reports whether the search has made all executions that were asked
// for. There is one worker then, and what it does comes after what is done.
func (w *worker) enough() bool {
	n := int64(0)
	for p := w.s.parts.first; p != nil && (p.done || p == w.part); p = p.next {
		n += p.seen.executions
	}
	w.s.full = n >= w.s.o.Executions
	return w.s.full
}

// take waits for a part and begins it.
func (w *worker) take() (Schedule, bool) {
	s := w.s
	s.mu.Lock()
	defer s.unlock()
	for {
		if w.part == nil && w.working && !s.over {
			w.part = s.claim(w)
		}
		switch {
		case s.full:
			return nil, false
		case w.part != nil && s.saving.now:
			s.saving.over.Wait()
		case w.part != nil:
			if prefix, more := w.begin(); more {
				return prefix, true
			}
		case s.over || s.ctx.Err() != nil:
			return nil, false
		case s.idle():
			s.stop()
		default:
			w.park()
		}
	}
}

// park waits to be given a part, or for the end. The lock is held, but for the
// time of waiting.
func (w *worker) park() {
	s := w.s
	w.retire()
	w.parked = true
	s.mu.Unlock()
	select {
	case <-w.wake:
	case <-s.ctx.Done():
	}
	s.mu.Lock()
	w.parked = false
}

func (w *worker) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// retire puts the worker back where it came from: the last one to work is that
// of the caller.
func (w *worker) retire() {
	if !w.working {
		return
	}
	w.working = false
	if first := w.s.workers[0]; w != first && !first.working && w.s.over {
		first.working = true
		return
	}
	w.s.pool.Add(1)
}

// begin begins the worker's part. The lock is held.
func (w *worker) begin() (Schedule, bool) {
	p, s := w.part, w.s
	w.events = s.events.Load()
	w.begun = true
	s.saving.busy++
	w.counts(&p.seen)
	w.told = counted{p.seen.executions, p.seen.steps}
	for _, g := range w.x.w.goals {
		g.reached = 0
	}
	if w.resumable != nil {
		w.resumable.start(p.work, &p.seen)
	}
	p.work = nil
	prefix, more := w.Strategy.Next(nil)
	switch {
	case !more:
		w.close(false)
	case s.limited() && w.enough():
		return nil, false
	}
	return prefix, more
}

// counts makes t count the classes of executions, if they are wanted. The names of
// tasks are those of the worker's world.
func (w *worker) counts(t *tally) {
	switch {
	case w.s.o.Classes == 0:
		return
	case t.classes == nil:
		t.classes = newClassSet(w.s.o.Classes)
	}
	if w.namer == nil {
		w.namer = t.classes.classifier
	}
	t.classes.classifier = w.namer
}

// finish ends the worker's part; last says that the search ends with it.
func (w *worker) finish(last bool) {
	w.s.mu.Lock()
	defer w.s.unlock()
	w.close(last)
}

// close is finish with the lock held.
func (w *worker) close(last bool) {
	p, s := w.part, w.s
	if !p.dropped {
		w.sumUp()
		p.done, p.by = true, nil
		if b, ok := w.Strategy.(*boundedSearch); ok {
			p.work = b.over()
		}
		if last {
			p.err = w.x.err
			s.parts.cut(p)
			s.events.Add(1)
		}
		if last && s.unordered() {
			s.abandon()
		}
		s.parts.join()
	}
	w.let()
}

// let lets go of the worker's part.
func (w *worker) let() {
	w.part = nil
	if w.begun {
		w.begun = false
		w.s.left()
	}
}

// leave gives up the worker's part when its engine has ended.
func (w *worker) leave() {
	s := w.s
	s.mu.Lock()
	defer s.unlock()
	switch {
	case !w.returned || w.x.broken != "" || w.x.exit:
		s.abandon()
	case w.part == nil:
		s.over = s.over || w.x.err != nil
	case w.x.err == nil && (w.x.interrupted || s.full):
		w.hold()
		w.part.by = nil
	default: // the engine cannot go on
		w.close(true)
		s.over = true
	}
	if w.part != nil {
		w.let()
	}
	if s.over || s.idle() {
		s.stop()
	}
	if w != s.workers[0] {
		w.retire()
	}
}

// hold notes what the worker has done of its part, and what is left.
func (w *worker) hold() {
	w.sumUp()
	if w.resumable != nil {
		w.part.work = w.resumable.remaining()
	}
}

// sumUp completes what has been seen in the worker's part.
func (w *worker) sumUp() {
	t := &w.part.seen
	for _, g := range w.x.w.goals {
		if g.reached > 0 {
			t.reached(g.name)
		}
	}
	if d, ok := w.Strategy.(*dpor); ok {
		t.unordered, t.hooked = joined(t.unordered, d.unordered), joined(t.hooked, d.hooked)
	}
	if l, ok := w.Strategy.(limited); ok {
		t.leftOut = t.leftOut || l.leftOut()
	} else {
		t.leftOut = w.s.o.Preemptions >= 0
	}
	w.tell()
}

// count adds an execution to what has been seen.
func (w *worker) count(r *Result) {
	t := &w.part.seen
	switch {
	case w.x.interrupted:
		// It is not over, and will be run again if the search goes on.
		for i := range r.Violations {
			w.late = append(w.late, newFinding(r, &r.Violations[i], t.executions))
		}
		return
	case w.numbered != nil && w.numbered.extra:
		for i := range r.Violations {
			if r.Violations[i].Kind == KindNondeterminism {
				t.found(r, &r.Violations[i])
			}
		}
		return
	}
	if w.selective != nil && w.selective.extra(r) {
		t.more(r, w.selective.silent())
		return
	}
	number := uint64(t.executions)
	if w.numbered != nil {
		number = w.numbered.at
	}
	t.count(r)
	if w.s.entry.Kind == Sampling {
		t.hash += mixHigh(hashSchedule(r) + number*0x9e3779b97f4a7c15)
	}
	if t.classes != nil && !r.Pruned {
		t.classes.add(r)
	}
	if t.steps-w.told.steps >= tellEvery {
		w.tell()
	}
	if after := w.s.o.After; after != nil {
		w.s.after.Lock()
		defer w.s.after.Unlock()
		after(r)
	}
}

// tellEvery is the number of steps of a worker after which the figures of a
// search are told.
const tellEvery = 1 << 12

// tell brings the figures of a search under way up to date.
func (w *worker) tell() {
	t := &w.part.seen
	if l := w.s.o.Live; l != nil {
		l.Executions.Add(t.executions - w.told.executions)
		l.Steps.Add(t.steps - w.told.steps)
		for d := l.Depth.Load(); d < int64(t.maxSteps) && !l.Depth.CompareAndSwap(d, int64(t.maxSteps)); {
			d = l.Depth.Load()
		}
	}
	w.told = counted{t.executions, t.steps}
}

// generous reports whether it is time to give work away.
func (w *worker) generous() bool {
	if w.s.pool.spare.Load() <= 0 || !w.s.shares {
		return false
	}
	w.patience--
	return w.patience < 0 || w.s.o.eager
}

// attend looks after what concerns several workers, after execution r. It
// returns false if the worker's part has been dropped.
func (w *worker) attend(r *Result) bool {
	s := w.s
	s.mu.Lock()
	defer s.unlock()
	w.events = s.events.Load()
	s.beginSaving()
	if s.saving.now {
		w.stand()
	}
	if w.part.dropped {
		w.let()
		return false
	}
	if w.generous() {
		w.give(r)
	}
	return true
}

// Executions between attempts to divide a search.
const (
	beforeSplit = 16 // of a worker that has just begun
	afterSplit  = 4
	afterRefuse = 32 // when there was nothing worth it
)

// give takes a worker out of the pool and gives it a part that nobody works on,
// or one that is split off.
func (w *worker) give(r *Result) {
	s := w.s
	if s.over || !s.pool.take() {
		return
	}
	w.patience = afterSplit
	p := s.claim(w)
	if p == nil {
		if what := w.divisible.split(r); what != nil {
			p = s.parts.add(w.part, what)
		}
	}
	if p == nil {
		w.patience = afterRefuse
		s.pool.Add(1)
		return
	}
	q := s.parkedWorker()
	q.part, q.working, p.by = p, true, q
}

// parkedWorker wakes a worker, or starts one. The lock is held until it has been
// given something to do.
func (s *search) parkedWorker() *worker {
	for _, w := range s.workers {
		if w.parked && w.part == nil {
			w.signal()
			return w
		}
	}
	w := s.newWorker()
	s.joined.Add(1)
	go w.help()
	return w
}
