package sched

import (
	"sync"
	"sync/atomic"
)

// Saver gets states of a search from which it can go on, see [Options.Resume].
type Saver struct {
	// Save is called with the state after a Request, and when the search ends for
	// whatever reason, one call at a time. The state may be kept.
	Save func(*State)

	asked atomic.Bool
}

// Request asks the search for its state. It may be called at any time; the state
// comes when all workers have finished the execution that they are at.
func (s *Saver) Request() { s.asked.Store(true) }

// saving is how far a search is with saving its state.
type saving struct {
	saver   *Saver    // nil: nobody wants it
	now     bool      // workers stop at the end of an execution
	busy    int       // workers that have begun a part and have not stopped
	over    sync.Cond // now is false
	ready   *State    // to be given to the saver
	storing bool      // the saver has not come back
}

// due reports whether a state has been asked for.
func (v *saving) due() bool { return v.saver != nil && v.saver.asked.Load() }

// beginSaving makes all workers stop if a state has been asked for. The lock is held.
func (s *search) beginSaving() {
	if v := &s.saving; v.due() && !v.now && !v.storing {
		v.saver.asked.Store(false)
		v.now = true
		s.events.Add(1)
	}
}

// stand stops until the state has been taken. The lock is held.
func (w *worker) stand() {
	v := &w.s.saving
	w.hold()
	w.s.left()
	for v.now {
		v.over.Wait()
	}
	v.busy++
	w.part.work = nil
}

// left is told that a worker has stopped, or has left its part. The last one
// takes the state. The lock is held.
func (s *search) left() {
	v := &s.saving
	v.busy--
	if v.now && v.busy == 0 {
		v.ready = s.state()
		v.now, v.storing = false, true
		v.over.Broadcast()
	}
}

// unlock gives up the lock, and then a state to the saver if there is one.
func (s *search) unlock() {
	v := &s.saving
	state := v.ready
	v.ready = nil
	s.mu.Unlock()
	if state == nil {
		return
	}
	v.saver.Save(state)
	s.mu.Lock()
	v.storing = false
	s.mu.Unlock()
}
