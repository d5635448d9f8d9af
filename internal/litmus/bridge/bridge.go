// Package bridge makes programs for the engine of litmus programs, and reads
// the outcomes of their executions.
//
// One operation is one step, but set, skip and assert, which run as part of
// the step before them. A task that locks what it holds waits for ever. A
// violation ends its task, not the execution; an exploration that is to see
// all outcomes must therefore go on after violations (Options.All).
//
// A task declares what it knows between its operations, which is where it is
// and acc: the states of the engine are those of the litmus format.
package bridge

import (
	"fmt"

	"lockheld/internal/litmus"
	"lockheld/sched"
)

// maxTasks is how many tasks the engine can hold in one execution.
const maxTasks = 64

// Program returns p as a program of the engine. The error says which limit of
// the engine p exceeds.
func Program(p *litmus.Program) (*sched.Program, error) {
	return program(p, true)
}

// program is Program; without live, tasks declare nothing.
func program(p *litmus.Program, live bool) (*sched.Program, error) {
	if n := len(p.Tasks); n > maxTasks {
		return nil, fmt.Errorf("%s has %d tasks; the engine takes at most %d", p.Name, n, maxTasks)
	}
	return &sched.Program{
		Name:              p.Name,
		Setup:             func(w *sched.World) { setup(w, p, live) },
		Reusable:          true,
		BlockSelfDeadlock: true,
	}, nil
}

// objects has, by the index of an object of the program, the one that stands for it.
type objects struct {
	words   []*sched.Word
	mutexes []*sched.Mutex
	rw      []*sched.RWMutex
	live    bool // tasks declare their state
}

func setup(w *sched.World, p *litmus.Program, live bool) {
	w.HideFrames("lockheld/internal/litmus/bridge.")
	n := len(p.Objects)
	o := &objects{make([]*sched.Word, n), make([]*sched.Mutex, n), make([]*sched.RWMutex, n), live}
	for i, obj := range p.Objects {
		switch obj.Kind {
		case litmus.Var:
			o.words[i] = sched.NewWord(w, obj.Name, uint64(obj.Init))
		case litmus.Mutex:
			o.mutexes[i] = sched.NewMutex(w, obj.Name)
		case litmus.RWMutex:
			o.rw[i] = sched.NewRWMutex(w, obj.Name)
		}
	}
	for i := range p.Tasks {
		task := &p.Tasks[i]
		w.Go(task.Name, func(t *sched.Task) { o.run(t, p, task) })
	}
	for _, f := range p.Finals {
		word := o.words[f.Object]
		w.AtEnd(sched.Property{
			Name:  "final " + p.FinalString(f),
			Reads: []sched.ObjID{word.ID()},
			Check: func() string {
				if v := int64(word.Peek()); !f.Cond.Holds(v) {
					return fmt.Sprintf("%s is %d at the end", word.Name(), v)
				}
				return ""
			},
		})
	}
}

// run is the body of a task.
func (o *objects) run(t *sched.Task, p *litmus.Program, task *litmus.Task) {
	acc := int64(0)
	for pc := 0; pc < len(task.Ops); pc++ {
		op := &task.Ops[pc]
		if o.live && !op.Code.Local() {
			t.Live(uint64(pc), uint64(acc))
		}
		switch op.Code {
		case litmus.Set:
			acc = op.E.Eval(acc)
		case litmus.Skip:
			if !op.Cond.Holds(acc) {
				pc += int(min(op.N, int64(len(task.Ops)-pc-1)))
			}
		case litmus.Assert:
			if !op.Cond.Holds(acc) {
				t.Fail(sched.Violation{
					Kind:    sched.KindAssertion,
					Site:    fmt.Sprintf("%s/%d", task.Name, pc+1),
					Message: fmt.Sprintf("operation %d of %s is %s, but acc is %d", pc+1, task.Name, p.OpString(*op), acc),
				})
			}
		case litmus.Read, litmus.Write, litmus.Add, litmus.Inc, litmus.CAS, litmus.Wait:
			acc = onWord(t, o.words[op.Object], op, acc)
		case litmus.Lock, litmus.Unlock, litmus.TryLock:
			acc = onMutex(t, o.mutexes[op.Object], op.Code, acc)
		default:
			onRWMutex(t, o.rw[op.Object], op.Code)
		}
	}
	if o.live {
		t.Live(uint64(len(task.Ops)), uint64(acc))
	}
}

// onWord performs an operation on a variable and returns the new acc.
func onWord(t *sched.Task, w *sched.Word, op *litmus.Op, acc int64) int64 {
	switch op.Code {
	case litmus.Read:
		return int64(w.Load(t))
	case litmus.Write:
		w.Store(t, uint64(op.E.Eval(acc)))
	case litmus.Add:
		return int64(w.Add(t, uint64(op.N))) - op.N
	case litmus.Inc:
		w.Inc(t, uint64(op.N))
	case litmus.CAS:
		return asFlag(w.CAS(t, uint64(op.E.Eval(acc)), uint64(op.E2.Eval(acc))))
	case litmus.Wait:
		return int64(w.Await(t, comparisons[op.Cond.Cmp], uint64(op.Cond.N)))
	}
	return acc
}

var comparisons = [...]sched.Cmp{litmus.Eq: sched.Eq, litmus.Ne: sched.Ne, litmus.Lt: sched.Lt, litmus.Gt: sched.Gt}

// asFlag is the acc that says whether a cas or trylock succeeded.
func asFlag(ok bool) int64 {
	if ok {
		return 1
	}
	return 0
}

// onMutex performs an operation on a mutex and returns the new acc.
func onMutex(t *sched.Task, m *sched.Mutex, code litmus.Code, acc int64) int64 {
	switch code {
	case litmus.Lock:
		m.Lock(t)
	case litmus.Unlock:
		m.Unlock(t)
	case litmus.TryLock:
		return asFlag(m.TryLock(t))
	}
	return acc
}

func onRWMutex(t *sched.Task, m *sched.RWMutex, code litmus.Code) {
	switch code {
	case litmus.RLock:
		m.RLock(t)
	case litmus.RUnlock:
		m.RUnlock(t)
	case litmus.WLock:
		m.Lock(t)
	case litmus.WUnlock:
		m.Unlock(t)
	}
}
