package sched

// cache explores depth first and follows no state twice. In a state a task need
// not move if it has moved before in an earlier state of the same way, and no
// step since then has disturbed it: it sleeps (Godefroid, Partial-order methods
// for the verification of concurrent systems, LNCS 1032, 1996, chapter 5).
//
// # What a state is
//
// Two executions have come to the same state if every continuation of the one
// is possible after the other, with the same steps and the same violations.
// That is so if the values of all objects, the memory that tasks share, and the
// local state of every task are the same.
//
// A task is a deterministic function, so its local state is a function of what it
// has read: the results of its operations, and the memory that it looked at in
// between. The hash of that, its history, stands for its local state, unless
// [Task.Live] says what matters of it. Objects change by steps only, so their
// hash is kept up from the log. Memory is either of these:
//
//   - A [Guarded] value. It says when it is read, and what is read enters the
//     history.
//   - Another registered variable, or what [World.Hidden] adds. Nobody says who
//     reads it when. All of it, as it was before a step, enters the history of
//     the task that makes the step, unless the operation commutes with
//     everything: what the task reads after such an operation it could have read
//     before it, or dependence is wrong and so is every reduction.
//   - Anything else. The program must have told that there is no such memory,
//     by being reusable or by [World.Hidden]; see [World.opaque].
//
// Where cells are checked for races, who has seen which access is part of the
// state, too (see [World.raceState]).
//
// If memory cannot be seen, a state is a Mazurkiewicz trace instead: the steps
// so far, up to the order of steps that commute (see [chains]). Equivalent
// beginnings of executions lead to the same state whatever there is.
//
// What a task sees of objects without a step, such as who holds a lock, enters its
// history too, and the step behind which it looks does not commute with those that
// change what it looks at (see [looksOf]). What only a hook of a lock
// sees does not.
//
// # Why nothing is lost
//
// A state of the table was followed when it was first met, but for the tasks
// that slept then. As long as no execution comes back to a state on its own way,
// that is enough: when the search leaves a state for good, it has left for good
// whatever each task can lead to from there. For a task t that moved that is so
// because the state behind it was left before. If t slept, it moved in an earlier
// state b of the way, and disturbed by none of the steps v1, v2, … from there on.
// The state behind t in b was left before; so, by the same argument applied to
// it, was the one behind t and v1, then the one behind t, v1 and v2, and so on to
// the one behind t and all of them. The same argument shows that there are no
// loops at all then, also among the steps that were not made.
//
// Where an execution does come back to a state of its own, which takes declared
// states, the search begins anew without sleep (see [cycles]), and so it does
// when it finds a race (see [cache.overAgain]). A bound on preemptions and a
// property that is checked after every step and does not declare what it reads
// do without sleep from the start.
//
// Two states with the same hash would be taken for one; that has a probability of
// at most n²/2^129 for n states, and the report says so. Ends of executions are
// never merged. If a bound limits executions, a state is a hit only if it was met
// before with at least as much left of the bound. A full table ends the search,
// and the verdict is not complete.
type cache struct {
	depth  int
	bound  int // most preemptions, -1: any number
	table  *stateTable
	chains *chains // nil: memory can be seen
	why    string  // why it cannot
	sleeps bool    // sleep sets are in use
	plain  bool    // sleep is off for good
	shows  bool    // every step from every state is made
	less   bool    // the bound left out schedules
	merged int64   // hits: executions that ended at a state of the table

	frames []cacheFrame
	prefix Schedule
	newest [maxTasks]int32 // frame with the history of each task, -1: it has not moved
	first  [maxTasks]Hash  // hash of each task of Setup at the start
	looks  looksOf

	faults cacheFault
	check  merges
	cycles cycles
}

// cacheFrame is a state on the way of the present execution.
type cacheFrame struct {
	choice Choice // what was chosen there
	values int16  // values of a data choice above the present one
	sleep  uint64 // tasks that need not move: their steps lead nowhere new
	todo   uint64 // tasks that have to, still
	budget budget
	last   int16 // task of the step before, if it could go on; otherwise -1

	moved, child int16 // tasks whose history the step before changed; -1: none
	older        int32 // frame that had the history of moved before
	undo         int32 // of chains

	key     Hash // of the state, if it is in the table
	history Hash // of moved
	task    Hash // hash of the state of moved
	birth   Hash // history of child, and
	born    Hash // the hash of its state
	sum     Hash // of all objects and tasks
	unsaid  Hash // of memory that tasks read without saying so
}

func newCache(o *Options) Strategy {
	limit := o.CacheBytes
	if limit <= 0 {
		limit = defaultCacheBytes
	}
	bounded := o.Depth > 0 || o.Preemptions >= 0
	return &cache{depth: o.Depth, bound: o.Preemptions, table: newStateTable(limit, bounded), check: newMerges(o)}
}

const defaultCacheBytes = 1 << 30

// begin decides how states are told apart.
func (c *cache) begin(v *View) {
	w := v.w
	unreduced := false
	for i := range w.always {
		unreduced = unreduced || !w.always[i].declares()
	}
	w.x.tellsLooks = true
	if c.why = w.opaque(); c.why != "" {
		c.chains = newChains()
	} else {
		w.look()
	}
	c.shows = unreduced && c.chains == nil
	c.sleeps = c.bound < 0 && !c.shows && !c.plain
	for i := range c.newest {
		c.newest[i] = -1
	}
}

// Next goes back to the last state from which something is left to do.
func (c *cache) Next(r *Result) (Schedule, bool) {
	if r == nil {
		return nil, true
	}
	if c.overAgain(r) {
		c.restart()
		return nil, true
	}
	if c.check.under() {
		if s, more := c.check.next(r); more {
			return s, true
		}
	}
	if c.table.exhausted || c.check.differs != nil {
		return nil, false
	}
	if s, more := c.next(); more {
		return s, true
	}
	for i := len(c.frames) - 1; i >= 0; i-- {
		f := &c.frames[i]
		if c.advance(f) {
			return c.way(i + 1), true
		}
		c.leave(f)
		c.frames = c.frames[:i]
	}
	return nil, false
}

// way returns the first n choices of the present execution.
func (c *cache) way(n int) Schedule {
	c.prefix = c.prefix[:0]
	for i := range n {
		c.prefix = append(c.prefix, c.frames[i].choice)
	}
	return c.prefix
}

// advance chooses what to do next in the state of f; it returns false if
// everything is done.
func (c *cache) advance(f *cacheFrame) bool {
	switch {
	case f.values > 0:
		f.values--
		f.choice.Value++
		return true
	case f.todo == 0:
		return false
	}
	if c.sleeps {
		f.sleep |= 1 << uint(f.choice.Task)
	}
	f.choice = Choice{Task: int16(lowest(f.todo)), Value: -1}
	f.todo &= f.todo - 1
	return true
}

// leave takes back what the step that led to f did to the state.
func (c *cache) leave(f *cacheFrame) {
	if !f.key.isZero() {
		c.cycles.leave(f.key)
	}
	if f.moved >= 0 {
		c.newest[f.moved] = f.older
	}
	if f.child >= 0 {
		c.newest[f.child] = -1
	}
	if c.chains != nil {
		c.chains.back(f.undo)
	}
}

// Pick looks up the state at which the execution has arrived.
func (c *cache) Pick(v *View) int {
	switch {
	case c.check.under():
		return c.check.pick(v)
	case c.cycles.on:
		return c.cycles.pick(v)
	case len(c.frames) == 0:
		c.begin(v)
	}
	c.frames = append(c.frames, cacheFrame{moved: -1, child: -1})
	f := &c.frames[len(c.frames)-1]
	todo := c.allowed(v, f)
	key, seen := c.arrive(v, f)
	todo &^= f.sleep
	if seen && c.visit(f, key) {
		if c.merged++; c.check.wants(v, key, c.merged-1) {
			return c.check.pick(v)
		}
		return Prune
	}
	if todo == 0 || c.table.exhausted {
		return Prune
	}
	pick := lowest(todo)
	if v.Last >= 0 && todo&(1<<uint(v.Last)) != 0 {
		pick = v.Last // changing the task costs more
	}
	f.choice = Choice{Task: int16(pick), Value: -1}
	f.todo = todo &^ (1 << uint(pick))
	return pick
}

// Value starts with the first value of a data choice.
func (c *cache) Value(v *View, n int) int {
	switch {
	case c.check.under():
		return c.check.value(n)
	case c.cycles.on:
		return c.cycles.value(v)
	}
	f := &c.frames[len(v.Log)]
	f.values, f.choice.Value = int16(n-1), 0
	return 0
}

// allowed returns the tasks that may move from f within the bound on preemptions.
func (c *cache) allowed(v *View, f *cacheFrame) uint64 {
	f.last = -1
	f.budget.steps = int32(len(v.Log))
	if c.bound < 0 {
		return v.Enabled
	}
	if v.Last >= 0 && v.Enabled&(1<<uint(v.Last)) != 0 {
		f.last = int16(v.Last)
	}
	if n := len(c.frames); n > 1 {
		before := &c.frames[n-2]
		f.budget.preemptions = before.budget.preemptions
		if before.last >= 0 && before.last != v.Log[n-2].Task {
			f.budget.preemptions++
		}
	}
	if f.last < 0 || int(f.budget.preemptions) < c.bound {
		return v.Enabled
	}
	only := uint64(1) << uint(f.last)
	c.less = c.less || v.Enabled != only
	return only
}

// visit enters the state of f in the table and reports whether it was there, and
// all that can follow is covered.
func (c *cache) visit(f *cacheFrame, key Hash) (covered bool) {
	used, known, ok := c.table.put(key)
	if !ok {
		return false
	}
	f.key = key
	c.cycles.enter(key)
	if known {
		c.close()
	} else {
		c.check.remember(c, key)
	}
	switch {
	case used == nil || c.faults&cacheFaultBudget != 0:
		return known
	case known && used.within(f.budget):
		return true
	case !known || f.budget.within(*used): // otherwise more of one bound is left, and less of the other
		*used = f.budget
	}
	return false
}

// leftOut reports whether the bound has left out schedules so far, or loops were
// met, of which not every one was followed.
func (c *cache) leftOut() bool { return c.less || c.cycles.met > 0 }

// reduced reports whether schedules were left out that are equivalent to others:
// goals are not judged then.
func (c *cache) reduced() bool { return c.sleeps || c.chains != nil }
