package sched

import (
	"fmt"
	"slices"
)

// Program is what is explored.
type Program struct {
	// Name identifies the program in reports and tokens.
	Name string
	// Setup declares the objects, tasks and properties of one execution.
	Setup func(w *World)
	// Reusable says that Setup may be called once and its world restored
	// before each further execution: objects made through the world return to
	// their first values, variables registered with [Save] and [SaveSlice] to
	// the values that they had at the end of Setup. Everything else that the
	// tasks change would leak from one execution into the next. What a task
	// does before its first operation must not depend on what others have done:
	// it may happen when the task moves first.
	// Where Reusable is false, Setup runs before every execution.
	Reusable bool
	// BlockSelfDeadlock makes a task that locks what it holds wait for ever
	// instead of reporting a violation at once.
	BlockSelfDeadlock bool
}

// World holds the objects and tasks of an execution. There is one per worker.
type World struct {
	x       *engine // nil: direct world, operations run at once
	prog    *Program
	tasks   []*Task // by index; index 0 is the first task of Setup
	created []*Task // of this execution, in the order of creation
	nextObj []uint32
	current *Task // running, nil during Setup
	objects []object
	named   []named // in the order of creation

	saved   []saved
	hidden  hidden
	onStart []func()
	always  []Property
	gates   []gate // of always, in order
	watch
	atEnd  []Property
	goals  []*Goal
	groups []uint64 // of tasks that are interchangeable

	setupTasks   int // tasks made by Setup
	setupObjects int
	setupNamed   int
	setupNext    uint32
	clocks       bool // a Cell exists: keep vector clocks
	direct       bool
}

// object is a thing that returns to its first state before each execution.
type object interface {
	settle() // make the present state the first one
	reset()  // return to it
}

// namer gives the name of an object for traces, made only when asked for.
type namer interface{ objectName(id ObjID) string }

// named is n consecutive objects that have their names from by.
type named struct {
	first ObjID
	n     uint32
	by    namer
}

// OnStart registers f to run before each execution, after everything else has
// been restored. No operation of the world may be performed in it.
func (w *World) OnStart(f func()) { w.onStart = append(w.onStart, f) }

// OnReset registers f, which sets memory that tasks share, and that is registered
// in no other way, to its first state; as OnStart does, where that is needed:
// a task may call it too, for memory that it has made, but not in a reusable
// program, where strategies would not know of it. There it panics.
func (w *World) OnReset(f func()) {
	if w.current == nil {
		w.OnStart(f)
		return
	}
	if w.prog.Reusable {
		panic("sched: memory that tasks share, made by a task of a reusable program")
	}
}

// Property is a statement about the state that must always hold.
type Property struct {
	// Name identifies the property; violations carry it as their site.
	Name string
	// Reads lists the objects that Check reads. Steps that write two of them
	// do not commute for the property, and it is checked only after steps on
	// one of them. A property without Reads is checked after every step and can
	// be explored only by strategies that reduce nothing.
	Reads []ObjID
	// Each lists objects that Check reads too, and of each of which it says
	// something that no step on another object changes: the same as one property
	// for each. It is checked after steps on them, which commute as they do for the
	// program.
	Each []ObjID
	// Check returns "" where the property holds, or what is wrong. It must
	// not perform operations.
	Check func() string
	// Stateless says that Check looks at the present state only and remembers
	// nothing of those before. It is not called then where an execution repeats
	// the one before it, in which no violation was found.
	Stateless bool

	mask uint64 // groups of which a step must touch one; all bits if nothing is declared, none if it is not to be checked
}

// Always registers a property that is checked after every step that can
// change it.
func (w *World) Always(p Property) { w.AlwaysWhen(nil, p) }

// AlwaysWhen registers properties that are checked after the steps after which
// due returns true. It is asked once for all of them, after steps that can
// change one of them, which makes many properties of a state that seldom changes
// cheap. A nil due is always true.
func (w *World) AlwaysWhen(due func() bool, ps ...Property) {
	w.always = append(w.always, ps...)
	if n := len(w.gates); n > 0 && due == nil && w.gates[n-1].due == nil {
		w.gates[n-1].n += len(ps)
		return
	}
	w.gates = append(w.gates, gate{due: due, n: len(ps)})
}

// gate is a group of consecutive properties that are checked together.
type gate struct {
	due  func() bool // nil: after every step
	n    int         // properties
	mask uint64      // of all properties
	idle bool        // due is nil and all properties are stateless: nothing to do in a known state
}

// watch sums up which property groups a step must touch for anything to be
// checked after it.
type watch struct {
	watched      uint64 // in general
	watchedStill uint64 // in a known state
	watchesAll   bool   // a property declares nothing: after each step
}

// Known reports whether stateless properties are known to hold in the present
// state: the execution repeats, so far, the one before it. It is for functions
// given to [World.AlwaysWhen], which are called in these states too.
func (w *World) Known() bool { return w.x != nil && w.x.known() }

// AtEnd registers a property that is checked when all tasks that are not
// daemons have finished without a violation. Where daemons go on after that (see
// [Options.Drain]), it is checked when they have come to rest: strategies that
// reduce do not see what holds in between, a search without Drain does not see
// what daemons do later.
func (w *World) AtEnd(p Property) { w.atEnd = append(w.atEnd, p) }

// Goal is a situation that a search is expected to reach at least once.
type Goal struct {
	name    string
	reached int64
}

// Sometimes registers a goal. A search that was neither cut nor ended by a
// violation and never reached it reports a violation, unless its strategy
// leaves out equivalent schedules: a goal may hold in some of these only.
// Goals of one name are one goal.
func (w *World) Sometimes(name string) *Goal {
	for _, g := range w.goals {
		if g.name == name {
			return g
		}
	}
	g := &Goal{name: name}
	w.goals = append(w.goals, g)
	return g
}

// Reach records that the goal was reached.
func (g *Goal) Reach() { g.reached++ }

// NewDirectWorld returns a world without scheduler, for tasks made by
// [World.Direct].
func NewDirectWorld() *World {
	w := &World{direct: true, prog: &Program{Name: "direct"}}
	w.beginSetup()
	return w
}

// Direct returns a task whose operations run at once and never switch. An
// operation that would have to wait panics.
func (w *World) Direct(name string) *Task {
	if !w.direct {
		panic("sched: Direct on a world that is being explored")
	}
	t := &Task{w: w, name: name, index: len(w.tasks), alone: 1 << uint(len(w.tasks)), state: taskRunning}
	w.tasks = append(w.tasks, t)
	w.nextObj = append(w.nextObj, 0)
	return t
}

// Go declares a task. It may be called in Setup only; a running task uses
// [Task.Go].
func (w *World) Go(name string, body func(t *Task)) *Task {
	if w.current != nil {
		panic("sched: World.Go outside Setup")
	}
	return w.newTask(name, body, nil)
}

// Daemon declares a task that serves others and need not end: an execution is
// over when all other tasks have finished.
func (w *World) Daemon(name string, body func(t *Task)) *Task {
	t := w.Go(name, body)
	t.daemon = true
	return t
}

// Tasks returns the tasks of the current execution in the order of creation.
func (w *World) Tasks() []*Task {
	w.looked(allTasks, uint64(len(w.created)))
	return w.created
}

// Now returns the number of steps that the current execution has made. It is
// for properties and for those who watch: what tasks do must not depend on it,
// as equivalent schedules differ in it.
func (w *World) Now() int {
	if w.x == nil {
		return 0
	}
	return len(w.x.log)
}

func (w *World) beginSetup() {
	w.current = nil
	w.created = w.created[:0]
	w.objects = w.objects[:0]
	w.named = w.named[:0]
	w.setupNamed = 0
	if w.nextObj == nil {
		w.nextObj = []uint32{0}
	}
	clear(w.nextObj)
	w.nextObj[0] = 1 // the zero ObjID is no object
	w.saved = w.saved[:0]
	w.hidden.beginSetup()
	w.onStart = w.onStart[:0]
	w.always = w.always[:0]
	w.gates = w.gates[:0]
	w.atEnd = w.atEnd[:0]
	w.groups = w.groups[:0]
	w.clocks = false
}

func (w *World) endSetup() {
	w.setupTasks = len(w.created)
	w.setupObjects = len(w.objects)
	w.setupNamed = len(w.named)
	w.setupNext = w.nextObj[0]
	w.hidden.endSetup(w)
	w.groupProperties()
	for _, o := range w.objects {
		o.settle()
	}
	if w.prog.Reusable {
		for _, s := range w.saved {
			s.take()
		}
	}
	w.start()
}

// start runs what is registered to run before each execution.
func (w *World) start() {
	for _, f := range w.onStart {
		f()
	}
}

// sharedGroups are the groups of objects of which two writes do not commute for
// a property. The others only say when to check.
const sharedGroups = 1<<48 - 1

// declares reports whether p says what it reads.
func (p *Property) declares() bool { return len(p.Reads)+len(p.Each) > 0 }

// groupProperties marks the objects that each property reads: two writes of
// objects of one group do not commute for that property. Properties that read
// the same have one group.
func (w *World) groupProperties() {
	var shared, single [][]ObjID
	for i := range w.always {
		p := &w.always[i]
		if !p.declares() {
			p.mask = ^uint64(0)
			if w.x != nil && w.x.reduces {
				p.mask = 0
			}
			continue
		}
		p.mask = w.group(p, p.Reads, &shared, 0, 48) | w.group(p, p.Each, &single, 48, 64)
	}
	w.watch = watch{}
	rest := w.always
	for i := range w.gates {
		g := &w.gates[i]
		g.mask, g.idle = 0, g.due == nil
		for j := range rest[:g.n] {
			g.mask |= rest[j].mask
			g.idle = g.idle && rest[j].Stateless
		}
		rest = rest[g.n:]
		w.watch.add(g)
	}
}

func (a *watch) add(g *gate) {
	if g.mask == ^uint64(0) {
		a.watchesAll = true
		return
	}
	a.watched |= g.mask
	if !g.idle {
		a.watchedStill |= g.mask
	}
}

// group returns the group of some objects that p reads, which is one of lists
// or a new one that is entered there. Groups have the numbers from lo to hi.
func (w *World) group(p *Property, ids []ObjID, lists *[][]ObjID, lo, hi int) uint64 {
	if len(ids) == 0 {
		return 0
	}
	n := slices.IndexFunc(*lists, func(l []ObjID) bool { return slices.Equal(l, ids) })
	if n >= 0 {
		return 1 << uint(lo+n)
	}
	if n = len(*lists); lo+n == hi {
		panic(fmt.Sprintf("sched: more than %d sets of objects that properties read", hi-lo))
	}
	*lists = append(*lists, ids)
	for _, id := range ids {
		o, ok := w.namerOf(id).(interface{ addGroup(bit uint64) })
		if !ok {
			panic(fmt.Sprintf("sched: property %s reads object %d, which does not exist", p.Name, id))
		}
		o.addGroup(1 << uint(lo+n))
	}
	return 1 << uint(lo+n)
}

func (m *Mutex) addGroup(bit uint64)   { m.groups |= bit }
func (m *RWMutex) addGroup(bit uint64) { m.groups |= bit }
func (c *Cond) addGroup(bit uint64)    { c.groups |= bit }
func (o *Word) addGroup(bit uint64)    { o.groups |= bit }
func (a *Area) addGroup(bit uint64)    { a.groups |= bit }

// restore brings a reusable world back to the end of its Setup.
func (w *World) restore() {
	w.current = nil
	w.created = w.created[:w.setupTasks]
	w.objects = w.objects[:w.setupObjects]
	w.named = w.named[:w.setupNamed]
	w.hidden.restore(w)
	clear(w.nextObj)
	w.nextObj[0] = w.setupNext
	for _, o := range w.objects {
		o.reset()
	}
	for _, s := range w.saved {
		s.restore()
	}
	w.start()
}
