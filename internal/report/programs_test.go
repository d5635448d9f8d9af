package report

import (
	"fmt"

	"lockheld/sched"
)

// testProgram is a program with one kind of violation.
type testProgram struct {
	prog    *sched.Program
	variant string
	subject *Subject
	options sched.Options
}

func programs() []testProgram {
	all := sched.Options{Preemptions: -1}
	plain := &Subject{}
	return []testProgram{
		{lostUpdate(), "-", plain, all},
		{crossed(), "-", plain, all},
		{twice(), "-", plain, all},
		{destroy(), "before", heapLike, all},
		{panics(), "-", plain, all},
		{unreached(), "-", plain, all},
		{crowd(), "-", plain, sched.Options{Preemptions: 1}},
		{readers(), "-", plain, all},
		{signals(), "-", plain, all},
		{clean(), "go1.16", heapLike, sched.Options{Preemptions: 2}},
	}
}

// player has the functions that stand in for those of a real program.
type player struct {
	t *sched.Task
	w *words
}

// words are the objects of the programs.
type words struct {
	heap, sched       *sched.Mutex
	stopped, pstatus  *sched.Word
	inuse, mine, free *sched.Word
	area              *sched.Area
	mem               [2]uint64
}

func newWords(w *sched.World) *words {
	o := &words{heap: sched.NewMutex(w, "heap"), sched: sched.NewMutex(w, "sched.lock"),
		stopped: sched.NewWord(w, "worldIsStopped", 0), pstatus: sched.NewWord(w, "P1.status", 1),
		inuse: sched.NewWord(w, "heap_inuse", 0), mine: sched.NewWord(w, "mine", 0), free: sched.NewWord(w, "free", 0),
		area: sched.NewArea(w, "allocBits", 2)}
	sched.SaveSlice(w, o.mem[:])
	return o
}

func (p *player) stopTheWorld() {
	p.w.sched.Lock(p.t)
	if p.w.pstatus.CAS(p.t, 1, 0) {
		p.t.Note("P1 stopped in its system call")
	}
	p.w.sched.Unlock(p.t)
	p.w.stopped.Add(p.t, 1)
}

func (p *player) destroy() {
	for range 5 {
		p.w.mine.Add(p.t, 1)
	}
	p.flush()
}

func (p *player) flush() {
	if !p.w.heap.HeldBy(p.t) {
		p.t.Fail(sched.Violation{Kind: sched.KindAssertion, Site: "flush/entry",
			Message: p.t.Name() + " does not hold heap, it holds sched.lock"})
	}
}

func (p *player) procresize() {
	p.stopTheWorld()
	p.w.sched.Lock(p.t)
	p.destroy()
	p.w.sched.Unlock(p.t)
	p.w.stopped.Add(p.t, ^uint64(0))
}

func (p *player) alloc() {
	p.w.heap.Lock(p.t)
	p.w.inuse.Inc(p.t, 8192)
	p.w.area.Store(p.t, 0, &p.w.mem[0], p.w.area.Load(p.t, 0, &p.w.mem[0])|1)
	p.w.free.Or(p.t, 4)
	p.w.heap.Unlock(p.t)
}

func destroy() *sched.Program {
	return &sched.Program{Name: "destroy", Setup: func(w *sched.World) {
		o := newWords(w)
		w.Go("M0", func(t *sched.Task) { (&player{t, o}).alloc() })
		w.Go("M1", func(t *sched.Task) {
			p := &player{t, o}
			if t.Choose("shrinks", 2) == 1 {
				if o.free.Load(t) != 0 {
					p.procresize()
				}
			}
		})
	}}
}

func clean() *sched.Program {
	return &sched.Program{Name: "clean", Setup: func(w *sched.World) {
		o := newWords(w)
		for i := range 2 {
			w.Go(fmt.Sprint("M", i), func(t *sched.Task) { (&player{t, o}).alloc() })
		}
	}}
}

func (p *player) increment() { p.w.inuse.Store(p.t, p.w.inuse.Load(p.t)+1) }

func lostUpdate() *sched.Program {
	return &sched.Program{Name: "lost-update", Setup: func(w *sched.World) {
		o := newWords(w)
		for i := range 2 {
			w.Go(fmt.Sprint("T", i), func(t *sched.Task) { (&player{t, o}).increment() })
		}
		w.AtEnd(sched.Property{Name: "sum", Check: func() string {
			if n := o.inuse.Peek(); n != 2 {
				return fmt.Sprint("heap_inuse is ", n, ", want 2")
			}
			return ""
		}})
	}}
}

func (p *player) both(m, n *sched.Mutex) {
	m.Lock(p.t)
	n.Lock(p.t)
	n.Unlock(p.t)
	m.Unlock(p.t)
}

func crossed() *sched.Program {
	return &sched.Program{Name: "crossed", Setup: func(w *sched.World) {
		o := newWords(w)
		w.Go("A", func(t *sched.Task) { (&player{t, o}).both(o.heap, o.sched) })
		w.Go("B", func(t *sched.Task) { (&player{t, o}).both(o.sched, o.heap) })
	}}
}

func (p *player) grow() {
	p.w.heap.Lock(p.t)
	p.stackalloc()
	p.w.heap.Unlock(p.t)
}

func (p *player) stackalloc() { p.w.heap.Lock(p.t) }

func twice() *sched.Program {
	return &sched.Program{Name: "twice", Setup: func(w *sched.World) {
		o := newWords(w)
		w.Go("M0", func(t *sched.Task) { (&player{t, o}).grow() })
	}}
}

func (p *player) index(i uint64) uint64 { return p.w.mem[p.w.inuse.Load(p.t)+i] }

func panics() *sched.Program {
	return &sched.Program{Name: "panics", Setup: func(w *sched.World) {
		o := newWords(w)
		w.Go("M0", func(t *sched.Task) { (&player{t, o}).index(7) })
	}}
}

func unreached() *sched.Program {
	return &sched.Program{Name: "unreached", Setup: func(w *sched.World) {
		o := newWords(w)
		w.Go("M0", func(t *sched.Task) { (&player{t, o}).increment() })
		w.Sometimes("a cache is refilled")
	}}
}

func crowd() *sched.Program {
	return &sched.Program{Name: "crowd", Setup: func(w *sched.World) {
		o := newWords(w)
		for i := range 6 {
			w.Go(fmt.Sprint("T", i), func(t *sched.Task) {
				p := &player{t, o}
				p.increment()
				if i == 5 && o.inuse.Load(t) > 5 {
					p.flush()
				}
			})
		}
	}}
}

func (p *player) read(m *sched.RWMutex) {
	m.RLock(p.t)
	p.w.free.Await(p.t, sched.Eq, 1)
	m.RUnlock(p.t)
}

func (p *player) write(m *sched.RWMutex) {
	m.Lock(p.t)
	p.w.free.Store(p.t, 1)
	m.Unlock(p.t)
}

func readers() *sched.Program {
	return &sched.Program{Name: "readers", Setup: func(w *sched.World) {
		o := newWords(w)
		m := sched.NewRWMutex(w, "table")
		w.Go("R1", func(t *sched.Task) { (&player{t, o}).read(m) })
		w.Go("R2", func(t *sched.Task) { (&player{t, o}).read(m) })
		w.Go("W", func(t *sched.Task) { (&player{t, o}).write(m) })
	}}
}

func (p *player) consume(c *sched.Cond) {
	p.w.heap.Lock(p.t)
	c.Wait(p.t, p.w.heap)
	p.w.heap.Unlock(p.t)
}

func signals() *sched.Program {
	return &sched.Program{Name: "signals", Setup: func(w *sched.World) {
		o := newWords(w)
		c := sched.NewCond(w, "ready")
		for i := range 2 {
			w.Go(fmt.Sprint("C", i), func(t *sched.Task) { (&player{t, o}).consume(c) })
		}
		w.Go("S", func(t *sched.Task) {
			u := t.Go("child", func(t *sched.Task) { t.Syscall("sysUnused") })
			c.Broadcast(t)
			t.Join(u)
		})
	}}
}
