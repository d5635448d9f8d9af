package program

import (
	"fmt"

	"lockheld/sched"
)

// counter: N tasks count to K each under a lock.
func counter(w *sched.World, n []int) {
	tasks, times := n[0], n[1]
	lock := sched.NewMutex(w, "lock")
	x := new(int)
	sched.Save(w, x)
	var all []*sched.Task
	for i := range tasks {
		all = append(all, w.Go(fmt.Sprint("counter", i), func(t *sched.Task) {
			for i := range times {
				lock.Lock(t)
				*x++
				lock.Unlock(t)
				t.Live(uint64(i))
			}
		}))
	}
	w.Symmetric(all...)
	w.AtEnd(sched.Property{
		Name: "counted",
		Check: func() string {
			if *x != tasks*times {
				return fmt.Sprintf("the counter is %d, not %d", *x, tasks*times)
			}
			return ""
		},
	})
}

// readers: one writer of x, N readers (Abdulla, Aronis, Jonsson, Sagonas,
// Optimal dynamic partial order reduction, POPL 2014, section 1), without the
// private read.
func readers(w *sched.World, n []int) {
	x := sched.NewWord(w, "x", 0)
	w.Go("writer", func(t *sched.Task) { x.Store(t, 1) })
	var all []*sched.Task
	for i := range n[0] {
		all = append(all, w.Go(fmt.Sprint("reader", i), func(t *sched.Task) { x.Load(t) }))
	}
	w.Symmetric(all...)
}

// lastzero: the reader looks for the last zero of an array that N writers
// change (POPL 2014, section 1).
func lastzero(w *sched.World, n []int) {
	a := make([]*sched.Word, n[0]+1)
	for i := range a {
		a[i] = sched.NewWord(w, fmt.Sprintf("a[%d]", i), 0)
	}
	w.Go("reader", func(t *sched.Task) {
		i := len(a) - 1
		for a[i].Load(t) != 0 {
			i--
		}
	})
	for j := 1; j < len(a); j++ {
		w.Go(fmt.Sprint("writer", j), func(t *sched.Task) {
			a[j].Store(t, a[j-1].Load(t)+1)
		})
	}
}

const (
	slots        = 128 // of indexer's table
	wordsPerTask = 4
)

// indexer: each task inserts its words into a hash table with linear probing
// (Flanagan and Godefroid, Dynamic partial-order reduction, POPL 2005; the
// words as in POPL 2014).
func indexer(w *sched.World, n []int) {
	var table [slots]*sched.Word
	for i := range table {
		table[i] = sched.NewWord(w, fmt.Sprintf("table[%d]", i), 0)
	}
	for tid := range n[0] {
		w.Go(fmt.Sprint("indexer", tid), func(t *sched.Task) {
			for m := 1; m <= wordsPerTask; m++ {
				word := m*11 + tid
				h := (word * 7) % slots
				for !table[h].CAS(t, 0, uint64(word)) {
					h = (h + 1) % slots
				}
			}
		})
	}
}

const (
	numBlocks = 26
	numInodes = 32
)

// filesystem: each task finds a free block for its inode (POPL 2005).
func filesystem(w *sched.World, n []int) {
	var (
		inodeLock [numInodes]*sched.Mutex
		blockLock [numBlocks]*sched.Mutex
	)
	inode := new([numInodes]int)
	busy := new([numBlocks]bool)
	sched.Save(w, inode)
	sched.Save(w, busy)
	for i := range inodeLock {
		inodeLock[i] = sched.NewMutex(w, fmt.Sprintf("inodeLock[%d]", i))
	}
	for b := range blockLock {
		blockLock[b] = sched.NewMutex(w, fmt.Sprintf("blockLock[%d]", b))
	}
	for tid := range n[0] {
		w.Go(fmt.Sprint("allocator", tid), func(t *sched.Task) {
			i := tid % numInodes
			inodeLock[i].Lock(t)
			if inode[i] == 0 {
				b := (i * 2) % numBlocks
				for {
					blockLock[b].Lock(t)
					if !busy[b] {
						busy[b] = true
						inode[i] = b + 1
						blockLock[b].Unlock(t)
						break
					}
					blockLock[b].Unlock(t)
					b = (b + 1) % numBlocks
				}
			}
			inodeLock[i].Unlock(t)
		})
	}
}
