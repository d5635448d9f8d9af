package sched

import "fmt"

// Guard says whether t may access data: "" if so, otherwise what it lacks.
type Guard func(t *Task, write bool) string

// GuardedBy requires m to be held by the accessing task.
func GuardedBy(m *Mutex) Guard {
	return func(t *Task, _ bool) string {
		if m.owner == t {
			return ""
		}
		if m.owner == nil {
			return m.name + " is not held"
		}
		return m.name + " is held by " + m.owner.name
	}
}

// GuardedByRW requires m to be held by the accessing task: for writing, or for
// reading if it reads.
func GuardedByRW(m *RWMutex) Guard {
	return func(t *Task, write bool) string {
		switch {
		case m.writer == t || !write && m.ReadBy(t) > 0:
			return ""
		case write && m.ReadBy(t) > 0:
			return m.name + " is held for reading only"
		case m.writer != nil:
			return m.name + " is held by " + m.writer.name
		}
		return m.name + " is not held"
	}
}

// Cell watches memory that the program keeps itself. Every access is checked
// against the guard and for a data race: two accesses by different tasks, one
// of them a write, that no synchronisation orders (happens-before by vector
// clocks as in Flanagan and Freund, FastTrack, PLDI 2009, section 3). An access
// is no step.
type Cell struct {
	w      *World
	name   string
	number uint64 // among all cells, the same in each execution
	guard  Guard
	epoch  uint64
	wrote  access
	reads  []access // last read of each task since the last write
}

type access struct {
	task int
	n    uint32 // interval of the task's clock; 0: none
	step int
	fn   string // where, if the execution is traced
}

// Init prepares c. A nil guard admits everybody.
func (c *Cell) Init(w *World, name string, g Guard) {
	c.w, c.name, c.guard, c.number = w, name, g, uint64(len(w.hidden.cells))
	if t := w.current; t != nil {
		t.ncells++
		c.number = uint64(t.index+1)<<32 | uint64(t.ncells)
	}
	w.hidden.cells = append(w.hidden.cells, c)
	if !w.direct && !w.clocks {
		w.clocks = true
		for _, t := range w.created {
			clear(t.clk)
			t.tick()
		}
	}
}

// Read checks a read by t.
func (c *Cell) Read(t *Task) {
	c.begin(t, false)
	if c.w.direct || t.w.direct { // Setup, or no exploration at all
		return
	}
	if c.wrote.n != 0 && c.wrote.task != t.index && !t.saw(c.wrote.task, c.wrote.n) {
		c.race(t, "read", c.wrote, "write")
	}
	for len(c.reads) <= t.index {
		c.reads = append(c.reads, access{})
	}
	c.reads[t.index] = c.access(t)
	if x := c.w.x; x.notesUses {
		x.use(c, false, true)
	}
}

// Write checks a write by t.
func (c *Cell) Write(t *Task) {
	c.begin(t, true)
	if c.w.direct || t.w.direct { // Setup, or no exploration at all
		return
	}
	if c.wrote.n != 0 && c.wrote.task != t.index && !t.saw(c.wrote.task, c.wrote.n) {
		c.race(t, "write", c.wrote, "write")
	}
	for i := range c.reads {
		if r := c.reads[i]; r.n != 0 && i != t.index && !t.saw(i, r.n) {
			c.race(t, "write", r, "read")
		}
	}
	clear(c.reads)
	c.wrote = c.access(t)
	if x := c.w.x; x.notesUses {
		x.use(c, true, true)
	}
}

func (c *Cell) begin(t *Task, write bool) {
	t.alive()
	if t.state == taskStarting {
		t.touched = true
	}
	if x := c.w.x; x != nil && c.epoch != x.epoch {
		c.epoch = x.epoch
		c.wrote = access{}
		clear(c.reads)
	}
	if c.guard == nil {
		return
	}
	if lacks := c.guard(t, write); lacks != "" {
		verb := "reads"
		if write {
			verb = "writes"
		}
		t.Fail(Violation{Kind: KindGuard, Site: c.name,
			Message: fmt.Sprintf("%s %s %s%s: %s", t.name, verb, c.name, c.access(t).in(), lacks)})
	}
}

func (c *Cell) access(t *Task) access {
	a := access{task: t.index}
	if t.index < len(t.clk) {
		a.n = t.clk[t.index]
	}
	if x := c.w.x; x != nil {
		a.step = len(x.log) - 1
		if x.tracing {
			a.fn = callerOf(3)
		}
	}
	return a
}

func (a access) in() string {
	if a.fn == "" {
		return ""
	}
	return " in " + a.fn
}

func (c *Cell) race(t *Task, what string, old access, oldWhat string) {
	if x := c.w.x; x.notesUses {
		x.use(c, what == "write", false)
	}
	t.Fail(Violation{Kind: KindRace, Site: c.name,
		Message: fmt.Sprintf("%s of %s by %s%s at step %d is not ordered after the %s by %s%s at step %d",
			what, c.name, t.name, c.access(t).in(), len(c.w.x.log)-1,
			oldWhat, c.w.tasks[old.task].name, old.in(), old.step)})
}

// Guarded is a value whose every access is checked as by a [Cell].
type Guarded[T any] struct {
	Cell
	v      T
	memory *region // v, once its value has counted as part of a state
}

// NewGuarded makes a guarded value. In a reusable program it returns, by
// shallow copy, to the value that it has at the end of Setup.
func NewGuarded[T any](w *World, name string, v T, g Guard) *Guarded[T] {
	o := &Guarded[T]{v: v}
	o.Init(w, name, g)
	w.saved = append(w.saved, &savedVar[T]{live: &o.v, guarded: true})
	return o
}

// Read returns the value for reading. The view is valid until the next step of
// the task.
func (g *Guarded[T]) Read(t *Task) *T {
	g.Cell.Read(t)
	g.note(t)
	return &g.v
}

// Write returns the value for reading and writing. The view is valid until the
// next step of the task.
func (g *Guarded[T]) Write(t *Task) *T {
	g.Cell.Write(t)
	g.note(t)
	return &g.v
}

// Peek returns the value without check: for properties and reports.
func (g *Guarded[T]) Peek() *T { return &g.v }
