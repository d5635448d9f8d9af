package sched

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// cast performs a play by the engine, in as many worlds as it has.
type cast struct {
	p      *play
	live   bool // tasks declare their live state
	mu     sync.Mutex
	stages map[*World]*playStage
	ends   map[string]bool
}

type playStage struct {
	words [playWords]*Word
	locks [playLocks]*Mutex
	conds [playConds]*Cond
	rw    *RWMutex
	tasks [mostRoles]*Task // of Setup
	acc   [mostRoles]uint64
}

func newCast(p *play, live bool) *cast {
	return &cast{p: p, live: live, stages: map[*World]*playStage{}, ends: map[string]bool{}}
}

func (c *cast) program() *Program {
	return &Program{Name: fmt.Sprint("play ", c.p.seed), Reusable: c.p.seed%3 != 0, BlockSelfDeadlock: c.p.blocks, Setup: c.setup}
}

func (c *cast) setup(w *World) {
	s := &playStage{rw: NewRWMutex(w, "rw")}
	for i := range s.words {
		s.words[i] = NewWord(w, fmt.Sprint("x", i), 0)
	}
	for i := range s.locks {
		s.locks[i] = NewMutex(w, fmt.Sprint("m", i))
		s.conds[i] = NewCond(w, fmt.Sprint("c", i))
	}
	for i := range c.p.roles {
		declare := w.Go
		switch r := &c.p.roles[i]; {
		case r.parent >= 0:
			continue
		case r.daemon:
			declare = w.Daemon
		}
		s.tasks[i] = declare(c.p.name(i), func(t *Task) { c.act(s, t, i) })
	}
	if c.p.never {
		w.Always(Property{Name: "never", Reads: []ObjID{s.words[0].ID(), s.words[1].ID()}, Stateless: c.p.seed%2 == 0, Check: func() string {
			if s.words[0].Peek() == 1 && s.words[1].Peek() == 1 {
				return "both"
			}
			return ""
		}})
	}
	if c.p.bad {
		w.AtEnd(Property{Name: "bad", Check: func() string {
			if s.words[0].Peek() == 2 {
				return "two"
			}
			return ""
		}})
	}
	c.mu.Lock()
	c.stages[w] = s
	c.mu.Unlock()
}

// act plays role r.
func (c *cast) act(s *playStage, t *Task, r int) {
	acc := uint64(0)
	s.acc[r] = 0
	var kids []*Task
	for pc := range c.p.roles[r].code {
		a := &c.p.roles[r].code[pc]
		if acc&a.mask != a.want {
			continue
		}
		if read, ok := s.perform(t, a); ok {
			acc = learned(acc, read)
		}
		switch a.op {
		case "spawn":
			kids = append(kids, t.Go(c.p.name(a.on), func(t *Task) { c.act(s, t, a.on) }))
		case "join":
			if a.on < len(kids) {
				t.Join(kids[a.on])
			}
		case "meet":
			if a.on != r && c.p.roles[a.on].parent < 0 {
				t.Join(s.tasks[a.on])
			}
		case "fail":
			t.Fail(Violation{Kind: KindAssertion, Site: fmt.Sprint("f", pc)})
		case "panic":
			panic("panic")
		}
		s.acc[r] = acc
		if c.live {
			t.Live(uint64(pc), acc, uint64(len(kids)))
		}
	}
}

// perform makes the step of an act; ok says that it reads something.
func (s *playStage) perform(t *Task, a *act) (read uint64, ok bool) {
	switch a.op {
	case "load":
		return s.words[a.on].Load(t), true
	case "store":
		s.words[a.on].Store(t, a.n)
	case "add":
		return s.words[a.on].Add(t, a.n), true
	case "inc":
		s.words[a.on].Inc(t, a.n)
	case "swap":
		return s.words[a.on].Swap(t, a.n), true
	case "or":
		return s.words[a.on].Or(t, a.n), true
	case "and":
		return s.words[a.on].And(t, a.n), true
	case "await":
		return s.words[a.on].Await(t, a.cmp, a.n), true
	case "cas":
		return one(s.words[a.on].CAS(t, a.n, a.m)), true
	case "lock":
		s.locks[a.on].Lock(t)
	case "unlock":
		s.locks[a.on].Unlock(t)
	case "try":
		return one(s.locks[a.on].TryLock(t)), true
	case "rlock":
		s.rw.RLock(t)
	case "runlock":
		s.rw.RUnlock(t)
	case "wlock":
		s.rw.Lock(t)
	case "wunlock":
		s.rw.Unlock(t)
	case "wait":
		s.conds[a.on].Wait(t, s.locks[a.n])
	case "signal":
		s.conds[a.on].Signal(t)
	case "broadcast":
		s.conds[a.on].Broadcast(t)
	case "choose":
		return uint64(t.Choose("c", int(a.n))), true
	case "yield":
		t.Yield()
	case "syscall":
		t.Syscall("call")
	}
	return 0, false
}

// see notes the end of an execution as the judge describes it.
func (c *cast) see(r *Result) {
	if r.Pruned || r.Cut {
		return
	}
	c.mu.Lock()
	s := c.stages[r.w]
	c.mu.Unlock()
	status, moved := map[string]string{}, map[string]bool{}
	for i := range r.Log {
		moved[r.w.tasks[r.Log[i].Task].name] = true
	}
	for _, t := range r.w.created {
		status[t.name] = "runs"
		switch {
		case t.Finished():
			status[t.name] = "done"
		case t.Ended():
			status[t.name] = "failed"
		}
	}
	var b strings.Builder
	var words [playWords]uint64
	for i := range words {
		words[i] = s.words[i].v
	}
	fmt.Fprint(&b, words)
	for i := range c.p.roles {
		if !moved[c.p.name(i)] { // its body may not have been entered
			s.acc[i] = 0
		}
		fmt.Fprintf(&b, " %s%d", status[c.p.name(i)], s.acc[i])
	}
	var wrong []string
	for i := range r.Violations {
		v := &r.Violations[i]
		switch v.Kind {
		case KindDeadlock, KindStuck:
			continue
		case KindSelfDeadlock:
			if c.p.blocks {
				continue
			}
		case KindPanic:
			v = &Violation{Kind: v.Kind, Task: v.Task, Site: "panic"}
		}
		wrong = append(wrong, fmt.Sprint(v.Task, " ", v.Kind, " ", v.Site))
	}
	slices.Sort(wrong)
	fmt.Fprint(&b, " ", strings.Join(wrong, ","))
	c.ends[b.String()] = true
}
