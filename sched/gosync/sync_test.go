package gosync_test

import (
	"testing"

	"lockheld/sched"
	"lockheld/sched/gosync"
)

func TestSync(t *testing.T) { judge(t, objects) }

// sums has two tasks that add to a sum, each by itself, and one that reads it.
func sums(w *sched.World, say func(string, ...any), add, wait bool) {
	g := gosync.NewWaitGroup(w, "g")
	a, b := sched.NewGuarded(w, "a", 0, nil), sched.NewGuarded(w, "b", 0, nil)
	w.Go("main", func(t *sched.Task) {
		for _, x := range []*sched.Guarded[int]{a, b} {
			if add {
				g.Go(t, "adder", func(t *sched.Task) { *x.Write(t)++ })
				continue
			}
			t.Go("adder", func(t *sched.Task) { g.Add(t, 1); *x.Write(t)++; g.Done(t) })
		}
		if wait {
			g.Wait(t)
		}
		say("%d", *a.Read(t)+*b.Read(t))
	})
}

var objects = []program{
	{"wait for all", func(w *sched.World, say func(string, ...any)) { sums(w, say, true, true) }, []string{"2"}},
	{"do not wait", func(w *sched.World, say func(string, ...any)) { sums(w, say, true, false) }, []string{"race a", "race b"}},
	{"negative", func(w *sched.World, say func(string, ...any)) {
		g := gosync.NewWaitGroup(w, "g")
		w.Go("A", func(t *sched.Task) { g.Add(t, 1) })
		w.Go("B", func(t *sched.Task) { g.Done(t) })
	}, []string{"", "panic g: negative WaitGroup counter"}},
	{"once", func(w *sched.World, say func(string, ...any)) {
		o := gosync.NewOnce(w, "once")
		x := sched.NewGuarded(w, "x", 0, nil)
		for _, name := range []string{"A", "B"} {
			w.Go(name, func(t *sched.Task) {
				o.Do(t, func() { *x.Write(t)++; t.Yield() })
				say("%d", *x.Read(t))
			})
		}
	}, []string{"1 1"}},
	{"once in once", func(w *sched.World, say func(string, ...any)) {
		o := gosync.NewOnce(w, "once")
		w.Go("A", func(t *sched.Task) { o.Do(t, func() { o.Do(t, func() {}) }) })
	}, []string{"self-deadlock A locks once.mu, which it holds already"}},
	{"one permit excludes", func(w *sched.World, say func(string, ...any)) {
		s := gosync.NewSemaphore(w, "s", 1)
		x := sched.NewGuarded(w, "x", 0, nil)
		for _, name := range []string{"A", "B"} {
			w.Go(name, func(t *sched.Task) {
				s.Acquire(t, 1)
				*x.Write(t)++
				say("%d", *x.Read(t))
				s.Release(t, 1)
			})
		}
	}, []string{"1 2"}},
	{"one of two permits does not", func(w *sched.World, say func(string, ...any)) {
		s := gosync.NewSemaphore(w, "s", 2)
		x := sched.NewWord(w, "x", 0)
		for _, name := range []string{"A", "B"} {
			w.Go(name, func(t *sched.Task) {
				s.Acquire(t, 1)
				say("%d", x.Add(t, 1))
				s.Release(t, 1)
			})
		}
		w.Go("C", func(t *sched.Task) {
			if s.TryAcquire(t, 2) {
				say("both")
				s.Release(t, 2)
			}
		})
	}, []string{"1 2", "1 2 both", "1 both 2", "both 1 2"}},
	{"released twice", func(w *sched.World, say func(string, ...any)) {
		s := gosync.NewSemaphore(w, "s", 1)
		w.Go("A", func(t *sched.Task) { s.Acquire(t, 1); s.Release(t, 1); s.Release(t, 1) })
	}, []string{"panic s: released more than held"}},
	{"more than there is", func(w *sched.World, say func(string, ...any)) {
		s := gosync.NewSemaphore(w, "s", 1)
		w.Go("A", func(t *sched.Task) { s.Acquire(t, 2) })
	}, []string{"stuck A waits for s > 1"}},
	{"readers and a writer", func(w *sched.World, say func(string, ...any)) {
		m := gosync.NewRWMutex(w, "m")
		x := sched.NewGuarded(w, "x", 0, m.Guard())
		w.Go("A", func(t *sched.Task) { m.RLock(t); say("%d", *x.Read(t)); m.RUnlock(t) })
		w.Go("B", func(t *sched.Task) {
			m.Lock(t)
			if !m.HeldBy(t) || m.ReadBy(t) != 0 {
				say("not held")
			}
			*x.Write(t)++
			m.Unlock(t)
			if m.HeldBy(t) {
				say("held")
			}
		})
	}, []string{"0", "1"}},
	{"a reader that writes", func(w *sched.World, say func(string, ...any)) {
		m := gosync.NewRWMutex(w, "m")
		x := sched.NewGuarded(w, "x", 0, m.Guard())
		w.Go("A", func(t *sched.Task) { m.RLock(t); *x.Write(t)++; m.RUnlock(t) })
	}, []string{"guard A writes x: m is held for reading only"}},
	{"a reader that reads again", func(w *sched.World, say func(string, ...any)) {
		m := gosync.NewRWMutex(w, "m")
		w.Go("A", func(t *sched.Task) { m.RLock(t); m.RLock(t); m.RUnlock(t); m.RUnlock(t) })
		w.Go("B", func(t *sched.Task) { m.Lock(t); m.Unlock(t) })
	}, []string{"", "stuck A waits for m.wanted == 0; B waits to wlock m, held by A"}},
	{"a reader that reads again, without preference", func(w *sched.World, say func(string, ...any)) {
		m := sched.NewRWMutex(w, "m")
		w.Go("A", func(t *sched.Task) { m.RLock(t); m.RLock(t); m.RUnlock(t); m.RUnlock(t) })
		w.Go("B", func(t *sched.Task) { m.Lock(t); m.Unlock(t) })
	}, []string{""}},
}
