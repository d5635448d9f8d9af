package sched

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// secretsProgram is a random program of two or three tasks, and one that they
// may start, that share words, guarded values, plain memory under a lock, and a
// condition variable. What a task knows is one number, which all that it reads
// goes into. ends collects how executions end: what each task knew and what was
// left in memory.
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
			w.Go(fmt.Sprint("T", i+1), func(t *Task) { s.run(t, i+1) })
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

// Cache finds all ends that plain search finds, whatever tasks share.
func TestCacheSeesSecrets(t *testing.T) {
	compared, executions, runs := 0, int64(0), map[string]int64{}
	for seed := range uint64(300) {
		want := map[string]bool{}
		d := explore(t, secretsProgram(seed, false, want), Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1, Executions: 1000})
		if d.Executions == 1000 {
			continue
		}
		compared++
		executions += d.Executions
		for _, f := range secretsForms {
			got := map[string]bool{}
			p := secretsProgram(seed, f.live, got)
			f.p(p)
			r := exploreCache(t, p, Options{Preemptions: -1, Recheck: int64(seed%2)*2 - 1})
			runs[f.name] += r.Executions + r.Blocked
			if !maps.Equal(got, want) || findings(r) != findings(d) {
				t.Errorf("%s, %s: %v %s\nends %q\nwant %s\nends %q", p.Name, f.name, r.Verdict, findings(r),
					slices.Sorted(maps.Keys(got)), findings(d), slices.Sorted(maps.Keys(want)))
			}
		}
		if t.Failed() {
			return
		}
	}
	if compared < 100 {
		t.Errorf("only %d programs compared", compared)
	}
	t.Logf("%d programs, %d executions of dfs, of cache %v", compared, executions, runs)
}

// A race that plain search finds is found, though states are merged: who has
// seen which access is part of a state.
func TestCacheFindsRaces(t *testing.T) {
	var touches []touch
	racy, clean := 0, 0
	for seed := range uint64(300) {
		p := racyProgram(seed, &touches)
		d := explore(t, p, Options{Preemptions: -1, Recheck: -1, Shrink: -1, Executions: 1000})
		if d.Executions == 1000 {
			continue
		}
		if d.Verdict == Violated {
			racy++
		} else {
			clean++
		}
		for _, hidden := range []bool{true, false} {
			q := *p
			if hidden {
				q.Reusable = true
				q.Setup = func(w *World) {
					p.Setup(w)
					w.Hidden(nil)
				}
			}
			r := explore(t, &q, Options{Strategy: "cache", Preemptions: -1, Recheck: 1, Shrink: -1})
			if (r.Verdict == Violated) != (d.Verdict == Violated) {
				t.Errorf("%s, declared %v: %v %s, dfs %v %s", p.Name, hidden, r.Verdict, findings(r), d.Verdict, findings(d))
			}
		}
		if t.Failed() {
			return
		}
	}
	if racy < 60 || clean < 60 {
		t.Errorf("%d programs with races, %d without", racy, clean)
	}
	t.Logf("%d programs with races, %d without", racy, clean)
}
