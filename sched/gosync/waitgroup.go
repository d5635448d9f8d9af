package gosync

import "lockheld/sched"

// WaitGroup waits for tasks to finish, as sync.WaitGroup does.
type WaitGroup struct {
	name  string
	count *sched.Word
}

// NewWaitGroup makes a group with nothing to wait for.
func NewWaitGroup(w *sched.World, name string) *WaitGroup {
	frames(w)
	return &WaitGroup{name: name, count: sched.NewWord(w, name, 0)}
}

// Add adds delta, which may be negative, to what is waited for. It panics if less
// than nothing is left.
func (g *WaitGroup) Add(t *sched.Task, delta int) {
	if int64(g.count.Add(t, uint64(delta))) < 0 {
		panic(g.name + ": negative WaitGroup counter")
	}
}

// Done takes one off what is waited for.
func (g *WaitGroup) Done(t *sched.Task) { g.Add(t, -1) }

// Wait waits until nothing is left to wait for. A task that has not moved yet when
// more is added goes on waiting; sync.WaitGroup asks programs not to do that.
func (g *WaitGroup) Wait(t *sched.Task) { g.count.Await(t, sched.Eq, 0) }

// Go adds one, and starts a task that does f and then Done.
func (g *WaitGroup) Go(t *sched.Task, name string, f func(*sched.Task)) *sched.Task {
	g.Add(t, 1)
	return t.Go(name, func(u *sched.Task) {
		defer g.Done(u)
		f(u)
	})
}
