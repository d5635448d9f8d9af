package sched

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Exchange checks what [World.Symmetric] declares. It is given the executions of
// a search by symmetry and repeats each of them with the tasks of each group
// exchanged in all ways. What comes of that must be the same step for step, up to
// the exchange: the same tasks enabled before each step, the same operations with
// the same operands, values and outcomes, on objects that correspond one to one in
// the whole execution, the same violations after the same steps, and the same
// operations pending in the end.
//
// Where that is so for all executions of a search whose verdict is complete, the
// declaration is right, whatever the tasks do: these executions and their
// repetitions are all there are, or one of each class of equivalent ones. For let p
// be the beginning of some execution. Exchange tasks so that the turns that are
// taken in p are taken in order, and those that are not yet come after them, in any
// order; call what p becomes q. If each such q is the beginning of an execution of
// the search, the repetition of that shows that what can follow p is what can
// follow q, exchanged. Let p go on by a step. Where it is a turn, take the exchange
// that makes it the next one in order: the search lets the step follow q, and so it
// is known as well. By and by that is so for the whole execution.
type Exchange struct {
	// After, if not nil, sees each repetition.
	After func(*Result)

	p    *Program
	o    Options
	kept []kept

	slots    slotTable // tasks have the same indices in all repetitions
	groups   []uint64
	names    []string
	orders   int   // ways to exchange the tasks, without the one that leaves them
	seen     int64 // executions
	repeated int64
	wrong    string
	schedule Schedule
	err      error
}

// kept is an execution that is to be repeated.
type kept struct {
	log        []Step
	violations []Violation
	schedule   Schedule
	pruned     bool
	cut        bool
	parked     uint64
	pending    []Pending // of parked tasks, ascending
}

// mostKept is the number of executions that are kept before they are repeated.
const mostKept = 64

// MostOrders is the number of orders of symmetric tasks up to which [Exchange]
// takes them all. Of more it takes those in which two tasks change places.
const MostOrders = 40320

// NewExchange returns a check for a search of p by o, of which [Exchange.Add] must
// see all executions.
func NewExchange(p *Program, o Options) *Exchange { return &Exchange{p: p, o: o} }

// Add takes note of an execution; it is for [Options.After].
func (e *Exchange) Add(r *Result) {
	if e.seen == 0 {
		e.groups = slices.Clone(r.w.groups)
		for _, t := range r.w.tasks[:r.w.setupTasks] {
			e.names = append(e.names, t.name)
		}
		e.orders = len(e.all())
	}
	e.seen++
	if e.orders == 0 || e.wrong != "" || e.err != nil {
		return
	}
	k := kept{log: slices.Clone(r.Log), violations: slices.Clone(r.Violations), schedule: r.Schedule(),
		pruned: r.Pruned, cut: r.Cut, parked: r.Parked()}
	for set := k.parked; set != 0; set &= set - 1 {
		k.pending = append(k.pending, *r.Pending(lowest(set)))
	}
	e.kept = append(e.kept, k)
	if len(e.kept) >= mostKept {
		e.repeat()
	}
}

// Done repeats what is left and returns what is wrong with the declaration, in a
// sentence, and a schedule that shows it; "" if nothing was found. The error is not
// nil if the program could not be run.
func (e *Exchange) Done() (wrong string, s Schedule, err error) {
	e.repeat()
	return e.wrong, e.schedule, e.err
}

// Counts returns the number of executions, of orders in which each was repeated,
// and of repetitions.
func (e *Exchange) Counts() (executions int64, orders int, repeated int64) {
	return e.seen, e.orders, e.repeated
}

// Whole reports whether all orders of the tasks were taken.
func (e *Exchange) Whole() bool { return e.orders+1 == waysOf(e.groups) }

// waysOf returns the number of orders of the tasks of groups, MostOrders + 1 for
// more.
func waysOf(groups []uint64) int {
	n := 1
	for _, g := range groups {
		for k := bits.OnesCount64(g); k > 1; k-- {
			if n *= k; n > MostOrders {
				return MostOrders + 1
			}
		}
	}
	return n
}

// all returns the ways to exchange the tasks: what becomes of each task.
func (e *Exchange) all() [][]int16 {
	same := make([]int16, len(e.names))
	for i := range same {
		same[i] = int16(i)
	}
	list := [][]int16{same}
	some := waysOf(e.groups) > MostOrders
	for _, g := range e.groups {
		var members []int16
		for ; g != 0; g &= g - 1 {
			members = append(members, int16(lowest(g)))
		}
		if some {
			for i := range members {
				for j := range members[:i] {
					list = append(list, exchanged(same, members[i], members[j]))
				}
			}
			continue
		}
		// Each place in turn gets any of the tasks from there on.
		for i := range members {
			for _, before := range list {
				for j := i + 1; j < len(members); j++ {
					list = append(list, exchanged(before, members[i], members[j]))
				}
			}
		}
	}
	return list[1:]
}

// exchanged returns what becomes of tasks if a and b change places first.
func exchanged(becomes []int16, a, b int16) []int16 {
	next := slices.Clone(becomes)
	next[a], next[b] = next[b], next[a]
	return next
}

// repeat repeats the executions that are kept.
func (e *Exchange) repeat() {
	if len(e.kept) == 0 || e.wrong != "" || e.err != nil {
		return
	}
	x := newEngine(e.p, &exchanger{e: e, becomes: e.all()}, newDriver(&e.o))
	entry, err := LookupStrategy(e.o.Strategy)
	if err != nil {
		e.err = err
		return
	}
	x.reduces, x.drain = entry.Reduces, e.o.Drain || entry.Reduces
	x.depth, x.stopAtFail, x.resumes = max(e.o.Depth, 0), !e.o.All, true
	x.slots = &e.slots
	if err := x.run(); err != nil {
		e.err = err
	}
	e.kept = e.kept[:0]
}

// differs notes that an execution and its repetition are not the same.
func (e *Exchange) differs(k *kept, becomes []int16, format string, args ...any) {
	if e.wrong != "" {
		return
	}
	var from, to []string
	for i, j := range becomes {
		if i != int(j) {
			from, to = append(from, e.names[i]), append(to, e.names[j])
		}
	}
	e.wrong = fmt.Sprintf("%s are not symmetric: with %s in their places, %s", strings.Join(from, ", "), strings.Join(to, ", "),
		fmt.Sprintf(format, args...))
	e.schedule = k.schedule
}
