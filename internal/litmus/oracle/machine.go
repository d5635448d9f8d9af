package oracle

import (
	"encoding/binary"
	"slices"

	"lockheld/internal/litmus"
)

const nobody = -1

// state is everything that a litmus program can be in.
type state struct {
	value   []int64 // of each object that is a variable
	holder  []int   // of each object: the task that holds the mutex or writes, or nobody
	readers [][]int // of each object that is a rwmutex: how often each task holds it for reading
	pc      []int   // of each task: its next operation
	acc     []int64 // of each task
	wrong   []string
}

// start returns the state before the first step: local operations at the
// beginning of a task have run.
func start(p *litmus.Program) *state {
	s := &state{
		pc:    make([]int, len(p.Tasks)),
		acc:   make([]int64, len(p.Tasks)),
		wrong: make([]string, len(p.Tasks)),
	}
	for _, o := range p.Objects {
		s.value = append(s.value, o.Init)
		s.holder = append(s.holder, nobody)
		var readers []int
		if o.Kind == litmus.RWMutex {
			readers = make([]int, len(p.Tasks))
		}
		s.readers = append(s.readers, readers)
	}
	for t := range p.Tasks {
		s.local(p, t)
	}
	return s
}

func (s *state) clone() *state {
	c := &state{
		value:   slices.Clone(s.value),
		holder:  slices.Clone(s.holder),
		readers: make([][]int, len(s.readers)),
		pc:      slices.Clone(s.pc),
		acc:     slices.Clone(s.acc),
		wrong:   slices.Clone(s.wrong),
	}
	for i, r := range s.readers {
		c.readers[i] = slices.Clone(r)
	}
	return c
}

// finished reports whether task t has run all its operations.
func (s *state) finished(p *litmus.Program, t int) bool {
	return s.wrong[t] == "" && s.pc[t] == len(p.Tasks[t].Ops)
}

// enabled reports whether task t can take a step.
func (s *state) enabled(p *litmus.Program, t int) bool {
	if s.wrong[t] != "" || s.pc[t] == len(p.Tasks[t].Ops) {
		return false
	}
	op := p.Tasks[t].Ops[s.pc[t]]
	switch op.Code {
	case litmus.Lock, litmus.RLock:
		return s.holder[op.Object] == nobody
	case litmus.WLock:
		return s.holder[op.Object] == nobody && sum(s.readers[op.Object]) == 0
	case litmus.Wait:
		return op.Cond.Holds(s.value[op.Object])
	}
	return true
}

func sum(v []int) int {
	total := 0
	for _, n := range v {
		total += n
	}
	return total
}

// access is how a step uses its object.
type access byte

const (
	reads  access = 'r' // read, wait, failed cas and trylock
	writes access = 'w' // everything that conflicts with everything
	counts access = 'i' // inc
	shares access = 's' // rlock, runlock
)

// event is one step that was taken.
type event struct {
	task   int
	pc     int // which operation of the task
	object int
	access access
}

// dependent reports whether the order of a and b matters.
func dependent(a, b event) bool {
	if a.task == b.task {
		return true
	}
	return a.object == b.object && (a.access != b.access || a.access == writes)
}

// step takes the next step of task t, which is enabled, and runs the local
// operations after it.
func (s *state) step(p *litmus.Program, t int) event {
	op := p.Tasks[t].Ops[s.pc[t]]
	e := event{task: t, pc: s.pc[t], object: op.Object}
	e.access = s.apply(op, t)
	s.pc[t]++
	s.local(p, t)
	return e
}

func (s *state) apply(op litmus.Op, t int) access {
	x := op.Object
	switch op.Code {
	case litmus.Read, litmus.Wait:
		s.acc[t] = s.value[x]
		return reads
	case litmus.Write:
		s.value[x] = op.E.Eval(s.acc[t])
	case litmus.Add:
		s.acc[t] = s.value[x]
		s.value[x] += op.N
	case litmus.Inc:
		s.value[x] += op.N
		return counts
	case litmus.CAS:
		if s.value[x] != op.E.Eval(s.acc[t]) {
			s.acc[t] = 0
			return reads
		}
		s.value[x] = op.E2.Eval(s.acc[t])
		s.acc[t] = 1
	case litmus.TryLock:
		if s.holder[x] != nobody {
			s.acc[t] = 0
			return reads
		}
		s.holder[x] = t
		s.acc[t] = 1
	case litmus.Lock, litmus.WLock:
		s.holder[x] = t
	case litmus.RLock:
		s.readers[x][t]++
		return shares
	case litmus.RUnlock:
		if s.readers[x][t] == 0 {
			s.wrong[t] = "unlock of unheld"
		} else {
			s.readers[x][t]--
		}
		return shares
	case litmus.Unlock, litmus.WUnlock:
		if s.holder[x] != t {
			s.wrong[t] = "unlock of unheld"
		} else {
			s.holder[x] = nobody
		}
	default:
		panic("oracle: " + op.Code.String() + " is no step")
	}
	return writes
}

// local runs the local operations that task t has come to.
func (s *state) local(p *litmus.Program, t int) {
	ops := p.Tasks[t].Ops
	for s.wrong[t] == "" && s.pc[t] < len(ops) {
		op := ops[s.pc[t]]
		switch op.Code {
		case litmus.Set:
			s.acc[t] = op.E.Eval(s.acc[t])
		case litmus.Skip:
			if !op.Cond.Holds(s.acc[t]) {
				left := int64(len(ops) - s.pc[t] - 1)
				s.pc[t] += int(min(op.N, left))
			}
		case litmus.Assert:
			if !op.Cond.Holds(s.acc[t]) {
				s.wrong[t] = "assertion"
			}
		default:
			return
		}
		s.pc[t]++
	}
}

func (s *state) equal(o *state) bool {
	return slices.Equal(s.value, o.value) && slices.Equal(s.holder, o.holder) &&
		slices.EqualFunc(s.readers, o.readers, slices.Equal[[]int]) &&
		slices.Equal(s.pc, o.pc) && slices.Equal(s.acc, o.acc) && slices.Equal(s.wrong, o.wrong)
}

// key returns the state as bytes; equal keys are equal states.
func (s *state) key() string {
	var b []byte
	for i := range s.value {
		b = binary.AppendVarint(b, s.value[i])
		b = binary.AppendVarint(b, int64(s.holder[i]))
		for _, n := range s.readers[i] {
			b = binary.AppendVarint(b, int64(n))
		}
	}
	for t := range s.pc {
		b = binary.AppendVarint(b, int64(s.pc[t]))
		b = binary.AppendVarint(b, s.acc[t])
		b = append(b, s.wrong[t]...)
		b = append(b, 0)
	}
	return string(b)
}
