package sched

import "math/bits"

// Strategy decides which task moves. It sees records only; one value serves
// one worker.
type Strategy interface {
	// Next is told how the last execution went (nil before the first one) and
	// returns the choices with which the next execution must begin; where the
	// value of a data choice is -1 there, Value is asked for it. more is false
	// when the search is over. The returned schedule is valid until the
	// following call. Its tasks are those of the log, unless the strategy is a
	// creationOrdered.
	Next(last *Result) (prefix Schedule, more bool)
	// Pick returns the task that moves, one of v.Enabled. It is asked beyond
	// the prefix only. Returning Prune ends the execution.
	Pick(v *View) int
	// Value returns the outcome of a data choice among n values.
	Value(v *View, n int) int
}

// creationOrdered is implemented by strategies that return schedules in which
// tasks count in the order of their creation, as in [Result.Schedule].
type creationOrdered interface{ countsByCreation() }

// Prune is returned by [Strategy.Pick] to end an execution that need not be
// followed further; it counts as blocked.
const Prune = -1

// View is the state of an execution at a decision.
type View struct {
	Log      []Step // what has happened
	Last     int    // task of the last step, -1 at the start
	Choosing int    // Value: the task whose data choice it is
	Enabled  uint64 // tasks whose next operation can be performed, but for those that spin
	Spinning uint64 // tasks that spin: they wait for others by going round a loop
	w        *World
}

// Pending returns the next operation of task i, which must be parked.
func (v *View) Pending(i int) *Pending { return &v.w.tasks[i].pend }

// Parked returns the set of all tasks that have a next operation, enabled or not.
func (v *View) Parked() uint64 { return v.w.parked() }

// ordinal returns the order of creation of a task.
func (v *View) ordinal(task int16) int16 { return int16(v.w.tasks[task].ordinal) }

// ordinals returns the orders of creation of the tasks of set.
func (v *View) ordinals(set uint64) uint64 {
	if !v.w.x.renumbered {
		return set
	}
	var by uint64
	for ; set != 0; set &= set - 1 {
		by |= 1 << uint(v.w.tasks[bits.TrailingZeros64(set)].ordinal)
	}
	return by
}

// nth returns the k-th task of set in the order of creation, from 0. Unlike that
// of indices, this order does not depend on earlier executions.
func (v *View) nth(set uint64, k int) int {
	if v.w.x.renumbered {
		for _, t := range v.w.created {
			if set&t.bit() == 0 {
				continue
			}
			if k == 0 {
				return t.index
			}
			k--
		}
	}
	for ; k > 0; k-- {
		set &= set - 1
	}
	return bits.TrailingZeros64(set)
}

func (w *World) parked() uint64 {
	var set uint64
	for _, t := range w.created {
		if t.state == taskParked {
			set |= t.bit()
		}
	}
	return set
}

// Result is the record of one execution.
type Result struct {
	Log        []Step
	Violations []Violation
	Cut        bool   // the step limit ended it
	Pruned     bool   // the strategy ended it
	Stuck      uint64 // tasks that are not daemons and could not go on
	w          *World
}

// Pending returns the operation that stuck task i waits for.
func (r *Result) Pending(i int) *Pending { return &r.w.tasks[i].pend }

// Parked returns the set of all tasks, daemons included, that have a next operation.
func (r *Result) Parked() uint64 { return r.w.parked() }

// Schedule returns the choices of the execution as a schedule for other
// explorations and for [Replay], where tasks count in the order of their
// creation in this execution. The log has indices of this exploration, which
// differ if tasks that create tasks did so in another order before.
func (r *Result) Schedule() Schedule {
	s := make(Schedule, len(r.Log))
	for i := range r.Log {
		s[i] = r.Log[i].Choice
		s[i].Task = r.ordinal(s[i].Task)
	}
	return s
}

func (r *Result) ordinal(task int16) int16 { return int16(r.w.tasks[task].ordinal) }
