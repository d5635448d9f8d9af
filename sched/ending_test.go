package sched

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// noGoroutineLeft runs f and fails if goroutines are left behind it.
func noGoroutineLeft(t *testing.T, what string, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	f()
	n := runtime.NumGoroutine()
	for try := 0; n > before && try < 1000; try++ { // one that has said that it ends may not have done so
		time.Sleep(time.Millisecond)
		n = runtime.NumGoroutine()
	}
	if n > before { // others may end meanwhile
		t.Errorf("%s: %d goroutines, %d before", what, n, before)
	}
}

// However a search ends, its coroutines do.
func TestNoGoroutineIsLeft(t *testing.T) {
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	for _, p := range suite() {
		for what, o := range map[string]Options{
			"to the end": {}, "to the first violation": {Shrink: -1}, "all": {All: true}, "cut": {Depth: 3, All: true},
			"some": {Executions: 2}, "random": {Strategy: "random", Executions: 50}, "twice": {Recheck: 1, Executions: 5},
		} {
			o.Preemptions = -1
			for _, o.Driven = range []bool{false, true} {
				noGoroutineLeft(t, p.Name+" "+what, func() { explore(t, p, o) })
			}
		}
		noGoroutineLeft(t, p.Name+" interrupted", func() {
			if r, err := Explore(gone, p, Options{}); err != nil || r.Verdict != Stopped || r.Why != "interrupt" || r.Executions != 0 {
				t.Errorf("%s: %v %v", p.Name, r, err)
			}
		})
		for _, s := range []Schedule{nil, {{0, -1}}, {{1, -1}, {1, -1}}, {{0, -1}, {63, -1}}, {{-1, -1}}, {{100, 5}}} {
			noGoroutineLeft(t, p.Name+" replayed", func() { Replay(p, s, Options{}) })
		}
		noGoroutineLeft(t, p.Name+" digest", func() { p.Digest() })
	}
}

// A task that exits its goroutine, as FailNow of a test does, is a violation;
// the search goes back to its caller. In the end the goroutine is let go, from
// whatever place it came to wait at.
func TestTaskThatExitsItsGoroutine(t *testing.T) {
	for before := range 5 {
		for others := range 3 {
			for _, daemon := range []bool{false, true} {
				p := program("exits", func(w *World) {
					x := NewWord(w, "x", 0)
					start := w.Go
					if daemon {
						start = w.Daemon
					}
					for i := range others {
						w.Go(fmt.Sprint("other", i), func(t *Task) { x.Load(t); x.Load(t) })
					}
					start("exits", func(t *Task) {
						for range before {
							x.Add(t, 1)
						}
						runtime.Goexit()
					})
				})
				noGoroutineLeft(t, p.Name, func() {
					r := explore(t, p, Options{Preemptions: -1})
					if daemon && others == 0 && before > 0 { // it never runs
						if r.Verdict != Complete {
							t.Errorf("%v, %+v", r.Verdict, r.Findings)
						}
						return
					}
					if r.Verdict != Violated || len(r.Findings) != 1 {
						t.Fatalf("%d steps, %d others: %v, %+v", before, others, r.Verdict, r.Findings)
					}
					f := r.Findings[0]
					if v := f.Violation; v.Site != "goexit" || v.Task != "exits" || v.Step != len(f.Schedule)-1 {
						t.Errorf("%d steps, %d others: %+v", before, others, f)
					}
				})
				n := runtime.NumGoroutine()
				explore(t, p, Options{Preemptions: -1, Driven: true, Shrink: -1, Recheck: -1})
				if left := runtime.NumGoroutine() - n; left > 1 { // this driver cannot let it go
					t.Errorf("driven: %d goroutines left", left)
				}
			}
		}
	}
}

// exits runs f on a goroutine and reports whether f made the goroutine exit.
func exits(f func()) bool {
	returned := false
	done := make(chan bool)
	go func() {
		defer func() { done <- !returned }()
		f()
		returned = true
	}()
	return <-done
}

// FailNow in a function of the caller, or in Setup, ends the caller, not the
// coroutine that the function happens to run on.
func TestCallerThatExits(t *testing.T) {
	for _, reusable := range []bool{true, false} {
		for at := range int64(4) {
			noGoroutineLeft(t, "after", func() {
				var n int64
				p := lostUpdate(2, 0)
				p.Reusable = reusable
				if !exits(func() {
					Explore(context.Background(), p, Options{Preemptions: -1, All: true, Recheck: -1, After: func(*Result) {
						if n++; n > at {
							runtime.Goexit()
						}
					}})
				}) {
					t.Errorf("after execution %d: the caller goes on", at)
				}
				if n != at+1 {
					t.Errorf("After is called %d times, want %d", n, at+1)
				}
			})
			noGoroutineLeft(t, "setup", func() {
				var n int64
				if !reusable && !exits(func() {
					Explore(context.Background(), &Program{Setup: func(w *World) {
						lostUpdate(2, 0).Setup(w)
						if n++; n > at {
							runtime.Goexit()
						}
					}}, Options{Preemptions: -1, All: true, Recheck: -1})
				}) {
					t.Errorf("setup %d: the caller goes on", at)
				}
			})
		}
	}
}

// panics returns what f panics with, as text.
func panics(f func()) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// wrongStrategy runs n executions, then does something forbidden, once.
type wrongStrategy struct {
	n     int
	wrong func(v *View) int
}

func (s *wrongStrategy) Next(*Result) (Schedule, bool) { s.n--; return nil, s.n > -20 }
func (s *wrongStrategy) Value(*View, int) int          { return 9 }
func (s *wrongStrategy) Pick(v *View) int {
	if s.n == -1 && len(v.Log) == 2 {
		s.n--
		return s.wrong(v)
	}
	return onward(v)
}

// A strategy that is wrong is no violation of the program: the panic reaches the
// caller of the engine.
func TestWrongStrategyPanics(t *testing.T) {
	for n := range 3 {
		for want, wrong := range map[string]func(v *View) int{
			"sched: strategy chose task 63, which is not enabled": func(*View) int { return 63 },
			"sched: strategy chose task -7, which is not enabled": func(*View) int { return -7 },
			"index out of range": func(v *View) int { return int(v.Log[len(v.Log)].Task) },
		} {
			for _, driven := range []bool{false, true} {
				noGoroutineLeft(t, want, func() {
					p := lostUpdate(2, 0)
					got := panics(func() { newEngine(p, &wrongStrategy{n, wrong}, newDriver(&Options{Driven: driven})).run() })
					if !strings.Contains(got, want) {
						t.Errorf("panics with %q, want %q", got, want)
					}
				})
			}
		}
	}
	noGoroutineLeft(t, "value", func() {
		got := panics(func() { newEngine(program("c", choiceSetup), &wrongStrategy{n: 9}, newSymmetric()).run() })
		if !strings.HasPrefix(got, "sched: strategy chose value 9 of 3") {
			t.Errorf("panics with %q", got)
		}
	})
	noGoroutineLeft(t, "after", func() {
		got := panics(func() {
			Explore(context.Background(), lostUpdate(2, 0), Options{After: func(*Result) { panic("mine") }})
		})
		if !strings.HasPrefix(got, "mine") {
			t.Errorf("panics with %q", got)
		}
	})
}

// A set-up that panics is an error, the first time and later.
func TestSetupThatPanics(t *testing.T) {
	for at := range 4 {
		n := 0
		p := &Program{Name: "P", Setup: func(w *World) {
			lostUpdate(2, 0).Setup(w)
			if n++; n > at {
				panic(fmt.Sprintf("number %d", n))
			}
		}}
		noGoroutineLeft(t, "setup", func() {
			r, err := Explore(context.Background(), p, Options{Preemptions: -1, All: true, Recheck: -1, Shrink: -1})
			if want := fmt.Sprintf("setup of P: number %d", at+1); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v, %v; want %q", r, err, want)
			}
		})
	}
	for want, setup := range map[string]func(w *World){
		"m is held by": func(w *World) { NewMutex(w, "m").Lock(NewDirectWorld().Direct("D")) },
		"rw is held":   func(w *World) { NewRWMutex(w, "rw").RLock(NewDirectWorld().Direct("D")) },
		"more than 64 tasks": func(w *World) {
			for range 65 {
				w.Go("T", func(*Task) {})
			}
		},
		"reads object": func(w *World) { w.Always(Property{Name: "p", Reads: []ObjID{77}}) },
		"Direct on a":  func(w *World) { w.Direct("D") },
		"objects made": func(w *World) { NewArea(w, "a", 1<<24-1) },
		"OnStart":      func(w *World) { w.OnStart(func() { panic("OnStart") }) },
	} {
		_, err := Explore(context.Background(), program("P", setup), Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// More tasks than the engine can hold are an error, not a violation.
func TestTooManyTasks(t *testing.T) {
	p := program("many", func(w *World) {
		w.Go("root", func(t *Task) {
			for i := range 64 {
				t.Go(fmt.Sprint("child", i), func(*Task) {})
			}
		})
	})
	noGoroutineLeft(t, "many", func() {
		r, err := Explore(context.Background(), p, Options{Executions: 5})
		if err == nil || !strings.Contains(err.Error(), "more than 64 tasks") || !strings.Contains(err.Error(), "root") {
			t.Errorf("%v, %v", r, err)
		}
	})
}
