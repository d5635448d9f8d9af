// Package runtime is a made-up runtime for the tests of package audit.
package runtime

type mutex struct{ key int }

type mheap struct {
	lock mutex
	busy int
}

type pageAlloc struct {
	mheapLock *mutex
	used      int
}

type pageCache struct{ left int }

type pacer[T any] struct{ goal T }

type other struct{ lock mutex }

var mheap_ mheap

func assertLockHeld(l *mutex) { assertRank(l) }

func assertRank(*mutex) {}

func assertWorldStoppedOrLockHeld(l *mutex) { assertLockHeld(l) }

func assertWorldStopped() {}

func lockWithRankMayAcquire(l *mutex, rank int) {}

// The point is there, the first thing.
func (c *pageCache) flush(p *pageAlloc) {
	assertLockHeld(p.mheapLock)
	c.left = 0
}

// Two points: one is there, one has moved to another kind.
func (h *mheap) reclaimChunk(n int) int {
	assertLockHeld(&h.lock)
	for n > 0 {
		n--
	}
	assertWorldStoppedOrLockHeld(&h.lock)
	return n
}

// The function is there without its point: the lock is that of something else.
func (h *mheap) grow(o *other) {
	assertLockHeld(&o.lock)
}

// A method of the same name has moved.
func (p *pacer[T]) scavengeOne() {}

// A conversion makes a heap.
func recordspan(v any) {
	h := (*mheap)(nil)
	assertLockHeld(&h.lock)
}

// New ones: at the entry, inside, and in a function literal.
func pace() {
	assertWorldStopped()
	assertWorldStoppedOrLockHeld(&mheap_.lock)
}

func (p *pacer[T]) commit(test bool) {
	if !test {
		assertWorldStoppedOrLockHeld(&mheap_.lock)
	}
	go func() {
		assertLockHeld(&mheap_.lock)
	}()
	switch {
	case test:
		lockWithRankMayAcquire(&mheap_.lock, 1)
	}
}

func (h *other) alike() { assertLockHeld(&h.lock) }
