package gosync

import "lockheld/sched"

// Once does something once, as sync.Once does.
type Once struct {
	done *sched.Word
	mu   *sched.Mutex
}

// NewOnce makes a Once that has done nothing.
func NewOnce(w *sched.World, name string) *Once {
	frames(w)
	return &Once{done: sched.NewWord(w, name+".done", 0), mu: sched.NewMutex(w, name+".mu")}
}

// Do does f if no call has done its own; it returns when the first one has
// returned. A call of Do in f is a self-deadlock.
func (o *Once) Do(t *sched.Task, f func()) {
	if o.done.Load(t) != 0 {
		return
	}
	o.mu.Lock(t)
	defer o.mu.Unlock(t)
	if o.done.Load(t) == 0 {
		defer o.done.Store(t, 1)
		f()
	}
}
