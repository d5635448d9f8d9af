package heap

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// A window is what scavengeOne reads of the page allocator while it has
// dropped the lock: the leaf summaries, the chunk map and the bitmap words.
// The lock holder's stores to them are steps only as long as a window is open;
// opening and closing one takes the lock, so this does not change during a
// critical section.
//
// Model: the header of the leaf summary slice is read without the lock, too,
// while growing the heap may lengthen the slice. The chunks that are searched
// were known before the window opened, so a stale length does not matter, and
// the read is no step.
// Model: a geometry with more than denseChunks chunks has no steps here; it is
// for single-threaded use.
type window struct {
	open int         // windows that are open now
	bits *sched.Area // bitmap words
	sums *sched.Area // leaf summaries
	l2   []*sched.Word
}

// initWindow names the words that can be read without the lock.
func (p *pageAlloc) initWindow(w *sched.World) {
	if !p.dense {
		return
	}
	n := int(p.g.TotalChunks())
	p.window.bits = sched.NewArea(w, "chunk bits", n*2*p.g.ChunkWords())
	p.window.sums = sched.NewArea(w, "leaf summaries", n)
	for i := range p.chunks {
		p.window.l2 = append(p.window.l2, sched.NewWord(w, fmt.Sprintf("chunk table %d", i), 0))
	}
}

// openWindow drops the heap lock for findCandidate.
func (p *pageAlloc) openWindow(m *model.M) {
	p.window.open++
	m.Unlock(p.lock)
}

// closeWindow takes the heap lock back.
func (p *pageAlloc) closeWindow(m *model.M) {
	m.Lock(p.lock)
	p.own(m)
	p.window.open--
}

// findCandidate returns the highest chunk of work that seems to have pages to
// scavenge. unlocked says that the heap lock is not held: every read is a step
// then, and the answer is no more than a hint.
//
// Runtime: the closure findCandidate of (*pageAlloc).scavengeOne, Go 1.16.
func (p *pageAlloc) findCandidate(m *model.M, work addrRange, unlocked bool) (chunkIdx, bool) {
	racy := unlocked && p.dense
	leaves := &p.summary[len(p.summary)-1]
	// Chunk 0 is never part of the heap, or this would not end.
	for ci := p.chunkIndex(work.limit - 1); ci >= p.chunkIndex(work.base); ci-- {
		sum := p.leaf(ci)
		if racy {
			sum = pallocSum(p.window.sums.Load(m.T(), int(ci), (*uint64)(leaves.ptr(uint64(ci)))))
		}
		if sum.max() < p.minPages && !p.v.scavengeHull {
			continue
		}
		if racy {
			p.window.l2[p.l1(ci)].Load(m.T())
		}
		if p.chunks[p.l1(ci)] == nil {
			continue
		}
		chunk := p.view(ci)
		if racy {
			p.announce(m, ci, &chunk)
		}
		if chunk.hasScavengeCandidate(p.minPages) {
			return ci, true
		}
	}
	return 0, false
}

// announce makes the accesses through chunk steps of m.
func (p *pageAlloc) announce(m *model.M, ci chunkIdx, chunk *pallocData) {
	n := p.g.ChunkWords()
	for i, b := range [...]*pageBits{&chunk.pageBits, &chunk.scavenged} {
		b.t, b.area, b.first = m.T(), p.window.bits, (2*int(ci)+i)*n
	}
}
