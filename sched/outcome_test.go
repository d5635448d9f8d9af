package sched

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// outcomeCase is a program of two or three tasks that note what they see, and
// the set of all that they may see.
type outcomeCase struct {
	name string
	init uint64 // of x
	run  []func(t *Task, e *ends)
	want string // sorted, separated by spaces
}

// ends is what the tasks of an outcome case work on.
type ends struct {
	x, y *Word
	m, n *Mutex
	rw   *RWMutex
	c    *Cond
	a    *Area
	mem  [2]uint64
	seen []string
}

func (e *ends) note(v ...any) { e.seen = append(e.seen, strings.ReplaceAll(fmt.Sprint(v...), " ", "")) }

// outcomes returns all ends of a case: what was noted, in order, and the word x;
// or who is stuck.
func outcomes(t *testing.T, c *outcomeCase, reusable bool) string {
	var e *ends
	p := &Program{Name: c.name, Reusable: reusable, BlockSelfDeadlock: true, Setup: func(w *World) {
		e = &ends{x: NewWord(w, "x", c.init), y: NewWord(w, "y", 0), m: NewMutex(w, "m"), n: NewMutex(w, "n"),
			rw: NewRWMutex(w, "rw"), c: NewCond(w, "c"), a: NewArea(w, "a", 2)}
		Save(w, &e.mem)
		Save(w, &e.seen)
		for i, f := range c.run {
			w.Go(string(rune('A'+i)), func(t *Task) { f(t, e) })
		}
	}}
	set := map[string]bool{}
	explore(t, p, Options{Preemptions: -1, All: true, Shrink: -1, After: func(r *Result) {
		end := strings.Join(e.seen, ",") + fmt.Sprintf("/%d", e.x.Peek())
		if r.Stuck != 0 {
			end = strings.Join(e.seen, ",") + "!"
			for i := range len(c.run) {
				if r.Stuck&(1<<i) != 0 {
					end += string(rune('A' + i))
				}
			}
		}
		set[end] = true
	}})
	var list []string
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// twice is the same for two tasks.
func twice(f func(*Task, *ends)) []func(*Task, *ends) { return []func(*Task, *ends){f, f} }

// waits takes part in y, then waits at c; it notes its name in small and large.
func waits(t *Task, e *ends) {
	e.m.Lock(t)
	e.y.Add(t, 1)
	e.note(strings.ToLower(t.Name()))
	e.c.Wait(t, e.m)
	e.note(t.Name())
	e.m.Unlock(t)
}

// wakes calls f when two tasks wait at c.
func wakes(f func(*Cond, *Task)) func(t *Task, e *ends) {
	return func(t *Task, e *ends) {
		e.y.Await(t, Eq, 2)
		e.m.Lock(t) // which the second gives back by waiting
		f(e.c, t)
		e.m.Unlock(t)
	}
}

var outcomeCases = []outcomeCase{
	{name: "store and load", want: "0/1 1/1", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.x.Store(t, 1) },
		func(t *Task, e *ends) { e.note(e.x.Load(t)) }}},
	{name: "store buffering", want: "0,1/1 1,1/1", run: []func(*Task, *ends){ // the first load may see 0, not both
		func(t *Task, e *ends) { e.x.Store(t, 1); e.note(e.y.Load(t)) },
		func(t *Task, e *ends) { e.y.Store(t, 1); e.note(e.x.Load(t)) }}},
	{name: "load and store", want: "0,0/1 0,1/2", run: twice(func(t *Task, e *ends) {
		v := e.x.Load(t)
		e.note(v)
		e.x.Store(t, v+1)
	})},
	{name: "add", want: "1,3/3 2,3/3", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Add(t, 1)) },
		func(t *Task, e *ends) { e.note(e.x.Add(t, 2)) }}},
	{name: "add wraps", init: ^uint64(0), want: "0/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Add(t, 1)) }}},
	{name: "inc", want: "/5", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.x.Inc(t, 2) },
		func(t *Task, e *ends) { e.x.Inc(t, 3) }}},
	{name: "compare and swap", want: "true,false/1 true,false/2", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.CAS(t, 0, 1)) },
		func(t *Task, e *ends) { e.note(e.x.CAS(t, 0, 2)) }}},
	{name: "swap", init: 9, want: "9,1/2 9,2/1", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Swap(t, 1)) },
		func(t *Task, e *ends) { e.note(e.x.Swap(t, 2)) }}},
	{name: "or and and", init: 4, want: "4,0/1 4,5/1", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Or(t, 1)) },
		func(t *Task, e *ends) { e.note(e.x.And(t, 3)) }}},
	{name: "await", want: "1/2 2/2", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Await(t, Ne, 0)) },
		func(t *Task, e *ends) { e.x.Store(t, 1); e.x.Store(t, 2) }}},
	{name: "await may miss", want: "!A 1/2", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Await(t, Eq, 1)) },
		func(t *Task, e *ends) { e.x.Store(t, 1); e.x.Store(t, 2) }}},
	{name: "await is signed", init: 1, want: "-1/18446744073709551615", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(int64(e.x.Await(t, Lt, 0))) },
		func(t *Task, e *ends) { e.x.Add(t, ^uint64(0)-1) }}},
	{name: "await more", want: "3/3", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.x.Await(t, Gt, 2)) },
		func(t *Task, e *ends) { e.x.Inc(t, 1); e.x.Add(t, 2) }}},
	{name: "lock", want: "A!B B!A", run: twice(func(t *Task, e *ends) {
		e.m.Lock(t)
		e.note(t.Name())
	})},
	{name: "section", want: "A,a,B,b/0 B,b,A,a/0", run: twice(func(t *Task, e *ends) {
		e.m.Lock(t)
		e.note(t.Name())
		t.Yield()
		e.note(strings.ToLower(t.Name()))
		e.m.Unlock(t)
	})},
	{name: "try lock", want: "true,false/0 true,true/0", run: twice(func(t *Task, e *ends) {
		ok := e.m.TryLock(t)
		if e.note(ok); ok {
			e.m.Unlock(t)
		}
	})},
	{name: "lock by the holder", want: "!A", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.m.Lock(t); e.m.Lock(t) }}},
	{name: "try lock by the holder", want: "true,false/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(e.m.TryLock(t)); e.note(e.m.TryLock(t)) }}},
	{name: "upgrade", want: "!A", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.rw.RLock(t); e.rw.Lock(t) }}},
	{name: "downgrade", want: "!A", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.rw.Lock(t); e.rw.RLock(t) }}},
	{name: "readers", want: "1,2/0 2,2/0", run: twice(func(t *Task, e *ends) {
		e.rw.RLock(t)
		e.y.Add(t, 1)
		e.note(e.y.Load(t))
		e.rw.RUnlock(t)
	})},
	{name: "writers", want: "1,2/0", run: twice(func(t *Task, e *ends) {
		e.rw.Lock(t)
		e.y.Add(t, 1)
		e.note(e.y.Load(t))
		e.rw.Unlock(t)
	})},
	{name: "reader and writer", want: "0/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.rw.Lock(t); e.x.Store(t, 1); e.x.Store(t, 0); e.rw.Unlock(t) },
		func(t *Task, e *ends) { e.rw.RLock(t); e.note(e.x.Load(t)); e.rw.RUnlock(t) }}},
	{name: "writer and reader", want: "0/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.rw.RLock(t); e.x.Store(t, 1); e.x.Store(t, 0); e.rw.RUnlock(t) },
		func(t *Task, e *ends) { e.rw.Lock(t); e.note(e.x.Load(t)); e.rw.Unlock(t) }}},
	{name: "reading twice", want: "a,b/0 b,a/0", run: []func(*Task, *ends){ // a waiting writer is not preferred
		func(t *Task, e *ends) {
			e.rw.RLock(t)
			e.rw.RLock(t)
			e.rw.RUnlock(t)
			e.note("a")
			e.rw.RUnlock(t)
		},
		func(t *Task, e *ends) { e.rw.Lock(t); e.note("b"); e.rw.Unlock(t) }}},
	{name: "reading counts", want: "a!B b!A", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.rw.RLock(t); e.rw.RLock(t); e.rw.RUnlock(t); e.note("a") },
		func(t *Task, e *ends) { e.rw.Lock(t); e.note("b") }}},
	{name: "signal", want: "a,b,A!B b,a,B!A", run: []func(*Task, *ends){waits, waits, wakes((*Cond).Signal)}},
	{name: "broadcast", want: "a,b,A,B/0 a,b,B,A/0 b,a,A,B/0 b,a,B,A/0",
		run: []func(*Task, *ends){waits, waits, wakes((*Cond).Broadcast)}},
	{name: "lost wake-up", want: "a!A a,A/0", run: []func(*Task, *ends){waits, func(t *Task, e *ends) { e.c.Signal(t) }}},
	{name: "a woken task needs the lock", want: "a,s,A/5 s,a!A", run: []func(*Task, *ends){waits, func(t *Task, e *ends) {
		e.m.Lock(t)
		e.c.Signal(t)
		e.note("s")
		e.x.Store(t, 5)
		e.m.Unlock(t)
	}}},
	{name: "area", want: "0,0/0 0,1/0", run: twice(func(t *Task, e *ends) {
		v := e.a.Load(t, 1, &e.mem[1])
		e.note(v)
		e.a.Store(t, 1, &e.mem[1], v+1)
	})},
	{name: "announced access", want: "0/0 1/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.a.Op(t, 0, true); e.mem[0]++ },
		func(t *Task, e *ends) { e.a.Op(t, 0, false); e.note(e.mem[0]) }}},
	{name: "choose", want: "0,0/0 0,1/0 1,0/0 1,1/0 2,0/0 2,1/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { e.note(t.Choose("a", 3)); e.note(t.Choose("one", 1) + t.Choose("b", 2)) }}},
	{name: "join", want: "1/1", run: []func(*Task, *ends){func(t *Task, e *ends) {
		t.Join(t.Go("child", func(t *Task) { e.x.Store(t, 1) }))
		e.note(e.x.Load(t))
	}}},
	{name: "no join", want: "0/1 1/1", run: []func(*Task, *ends){func(t *Task, e *ends) {
		t.Go("child", func(t *Task) { e.x.Store(t, 1) })
		e.note(e.x.Load(t))
	}}},
	{name: "yield and syscall", want: "A,B/0 B,A/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { t.Yield(); e.note("A") },
		func(t *Task, e *ends) { t.Syscall("call"); e.note("B") }}},
	{name: "code belongs to the step before it", want: "a,b,c/0 c,a,b/0", run: []func(*Task, *ends){
		func(t *Task, e *ends) { t.Yield(); e.note("a"); e.note("b") },
		func(t *Task, e *ends) { t.Yield(); e.note("c") }}},
	{name: "code before the first step is at the start", want: "a,b,A,B/0 a,b,B,A/0", run: twice(func(t *Task, e *ends) {
		e.note(strings.ToLower(t.Name()))
		t.Yield()
		e.note(t.Name())
	})},
}

// All interleavings together give exactly the ends that the operations allow.
func TestOutcomes(t *testing.T) {
	for _, c := range outcomeCases {
		for _, reusable := range []bool{true, false} {
			if got := outcomes(t, &c, reusable); got != c.want {
				t.Errorf("%s (reusable %t): %q, want %q", c.name, reusable, got, c.want)
			}
		}
	}
}
