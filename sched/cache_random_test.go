package sched

import (
	"fmt"
	"math/rand/v2"
)

// secretsProgram is a random program of two or three tasks, and one that they
// may start, that share words, guarded values, plain memory under a lock, and a
// condition variable. In some the last task is a daemon. What a task knows is
// one number, which all that it reads goes into. ends collects how executions
// end: what each task knew and what was left in memory.
func secretsProgram(seed uint64, live bool, ends map[string]bool) *Program {
	rnd := rand.New(rand.NewPCG(seed, 1))
	bodies := make([][]int, 3+rnd.IntN(2))
	for i := range bodies {
		for range 1 + rnd.IntN(3) {
			bodies[i] = append(bodies[i], rnd.IntN(secretSteps))
		}
	}
	return &Program{Name: fmt.Sprint("secrets ", seed), Reusable: true, Setup: func(w *World) {
		s := &secrets{w: w, live: live, bodies: bodies, known: make([]uint64, len(bodies)),
			m: [2]*Mutex{NewMutex(w, "m"), NewMutex(w, "n")}, x: NewWord(w, "x", 0), y: NewWord(w, "y", 0), c: NewCond(w, "c")}
		Save(w, &s.plain)
		SaveSlice(w, s.known)
		Save(w, &s.started)
		s.guarded = NewGuarded(w, "guarded", uint64(0), GuardedBy(s.m[1]))
		for i := range bodies[1:] {
			declare := w.Go
			if seed%4 == 3 && i+2 == len(bodies) {
				declare = w.Daemon
			}
			declare(fmt.Sprint("T", i+1), func(t *Task) { s.run(t, i+1) })
		}
		w.AtEnd(Property{Name: "ends", Check: func() string {
			ends[fmt.Sprint(s.known, s.plain, *s.guarded.Peek(), s.x.Peek(), s.y.Peek())] = true
			return ""
		}})
	}}
}

type secrets struct {
	w       *World
	live    bool
	bodies  [][]int // the first is that of the task that others start
	known   []uint64
	m       [2]*Mutex
	x, y    *Word
	c       *Cond
	plain   [2]uint64 // under m[0]
	guarded *Guarded[uint64]
	started bool // under m[0]
}

const secretSteps = 15

func (s *secrets) run(t *Task, i int) {
	t.Yield()
	acc := uint64(i)
	for n, op := range s.bodies[i] {
		acc = s.step(t, op, acc)
		acc %= 5
		s.known[i] = acc
		if s.live {
			t.Live(uint64(n), acc)
		}
	}
}

// step does one thing, which may depend on acc, and returns the new acc.
func (s *secrets) step(t *Task, op int, acc uint64) uint64 {
	switch op {
	case 0, 1: // add to plain memory, or copy it
		s.m[0].Lock(t)
		defer s.m[0].Unlock(t)
		if op == 1 {
			s.plain[1] = s.plain[0]
			return acc
		}
		s.plain[0] = (s.plain[0] + acc) % 3
	case 2: // learn it
		s.m[0].Lock(t)
		acc = acc*2 + s.plain[1]
		s.m[0].Unlock(t)
	case 3, 4:
		s.m[1].Lock(t)
		if op == 3 {
			*s.guarded.Write(t) ^= 1 + acc&1
		} else {
			acc += *s.guarded.Read(t)
		}
		s.m[1].Unlock(t)
	case 5:
		acc = acc*3 + s.x.Load(t)
	case 6:
		s.x.Store(t, acc&1)
	case 7:
		s.y.Inc(t, 1)
	case 8:
		if s.x.CAS(t, 1, 2) {
			acc++
		}
	case 9:
		acc += uint64(t.Choose("c", 2))
	case 10:
		s.m[0].Lock(t)
		if s.plain[0] == 0 {
			s.c.Wait(t, s.m[0])
		}
		acc += s.plain[0]
		s.m[0].Unlock(t)
	case 11:
		s.m[0].Lock(t)
		s.plain[0] |= 1
		s.c.Signal(t)
		s.m[0].Unlock(t)
	case 12:
		return s.start(t, acc)
	case 13:
		if s.m[1].TryLock(t) {
			acc += 2
			s.m[1].Unlock(t)
		}
	case 14:
		if acc == 3 {
			t.Fail(Violation{Kind: KindAssertion, Site: "three"})
		}
	}
	return acc
}

// start starts the first task, with what is known so far, unless it runs.
func (s *secrets) start(t *Task, acc uint64) uint64 {
	s.m[0].Lock(t)
	first := !s.started && t.parent == nil
	s.started = true
	s.m[0].Unlock(t)
	if first {
		u := t.Go("child", func(u *Task) {
			if acc%2 == 0 {
				s.x.Load(u)
			}
			s.run(u, 0)
		})
		if s.live {
			t.Live(acc, 99)
		}
		t.Join(u)
	}
	return acc
}

// secretsForm is how a program lets cache see its states.
type secretsForm struct {
	name string
	live bool
	p    func(p *Program)
}

var secretsForms = []secretsForm{
	{"seen", false, func(p *Program) {}},
	{"live", true, func(p *Program) {}},
	{"hidden", false, func(p *Program) { p.Reusable = false }},
}
