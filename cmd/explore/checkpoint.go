package main

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"lockheld/sched"
)

// checkpointMagic begins every checkpoint. Behind it stand, each with its length
// before it: the build of explore that wrote it, and for each target in order
// what it is and the state of its search, empty if it has not begun. The last
// four bytes are a checksum of all that.
const checkpointMagic = "lockheld checkpoint 1\n"

// saveEvery is the time between two checkpoints.
const saveEvery = 30 * time.Second

// checkpoint is a file from which an exploration can go on.
type checkpoint struct {
	path   string // "": nothing is saved
	build  string
	names  []string       // of the targets
	states []*sched.State // of their searches, nil: not begun
	savers []*sched.Saver

	mu  sync.Mutex // guards what is below, and states
	err error      // the first that stood in the way of saving
}

// checkpoint prepares what -checkpoint and -resume ask for. Every error is about
// usage: nothing has been changed then.
func (s *settings) checkpoint(targets []*target, o sched.Options) (*checkpoint, error) {
	c := &checkpoint{path: s.save, states: make([]*sched.State, len(targets))}
	if s.save == "" && s.resume == "" {
		return c, nil
	}
	var err error
	if c.build, err = thisBuild(); err != nil {
		return nil, usageError{err}
	}
	for _, t := range targets {
		name, err := t.identity()
		if err != nil {
			return nil, usageError{err}
		}
		c.names = append(c.names, name)
	}
	if s.resume != "" {
		if err := c.load(s.resume, targets, o); err != nil {
			return nil, usagef("-resume %s: %w", s.resume, err)
		}
	}
	if s.save != "" {
		if err := c.prepare(); err != nil {
			return nil, usagef("-checkpoint %s: %w", s.save, reason(err))
		}
	}
	return c, nil
}

// reason is what an operation on a file failed with, without the name of the file.
func reason(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// thisBuild identifies the program that runs: the state of a search means
// nothing to a program that searches, or models, in another way.
func thisBuild() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// identity is all that the target is.
func (t *target) identity() (string, error) {
	tok := t.token
	var err error
	if tok.Model, err = t.program.Digest(); err != nil || t.file == "" {
		return tok.String(), err
	}
	text, err := os.ReadFile(t.file)
	return fmt.Sprintf("%s %x", tok.String(), sha256.Sum256(text)), err
}

// prepare refuses a file that is something else, and finds out whether it can be
// written before time is spent on what is to be in it.
func (c *checkpoint) prepare() error {
	switch info, err := os.Stat(c.path); {
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return err
	case err == nil && !info.Mode().IsRegular():
		return errors.New("it is not a regular file")
	case err == nil && info.Size() > 0:
		if err := beginsAsCheckpoint(c.path); err != nil {
			return err
		}
	}
	if real, err := filepath.EvalSymlinks(c.path); err == nil {
		c.path = real
	}
	return c.write()
}

func beginsAsCheckpoint(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	b := make([]byte, len(checkpointMagic))
	if n, _ := io.ReadFull(f, b); string(b[:n]) != checkpointMagic {
		return errors.New("it is there and is not a checkpoint")
	}
	return nil
}

// saver returns what saves the search of target i.
func (c *checkpoint) saver(i int) *sched.Saver {
	if c.path == "" {
		return nil
	}
	return c.savers[i]
}

// begin saves at intervals until the function that it returns is called.
func (c *checkpoint) begin() (end func()) {
	if c.path == "" {
		return func() {}
	}
	for i := range c.states {
		c.savers = append(c.savers, &sched.Saver{Save: func(st *sched.State) { c.save(i, st) }})
	}
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(saveEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				for _, s := range c.savers {
					s.Request()
				}
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}

// save enters the state of the search of target i and writes the file.
func (c *checkpoint) save(i int, st *sched.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.states[i] = st
	if err := c.write(); c.err == nil {
		c.err = err
	}
}

// failed returns why the file is not what it should be.
func (c *checkpoint) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return fmt.Errorf("-checkpoint %s: %w", c.path, reason(c.err))
	}
	return nil
}

// write puts a new file in the place of the old one.
func (c *checkpoint) write() error {
	name := fmt.Sprintf("%s.%d.tmp", c.path, os.Getpid())
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(c.text())
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(name, c.path)
	}
	if err != nil {
		os.Remove(name)
	}
	return err
}

func (c *checkpoint) text() []byte {
	b := appendField([]byte(checkpointMagic), []byte(c.build))
	b = binary.AppendUvarint(b, uint64(len(c.names)))
	for i, name := range c.names {
		b = appendField(b, []byte(name))
		var state []byte
		if st := c.states[i]; st != nil {
			state = st.AppendText(nil)
		}
		b = appendField(b, state)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func appendField(b, field []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(field))), field...)
}

// load reads the states of the targets from a file.
func (c *checkpoint) load(path string, targets []*target, o sched.Options) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return reason(err)
	}
	if !strings.HasPrefix(string(b), checkpointMagic) {
		return errors.New("it is not a checkpoint")
	}
	end := len(b) - 4
	if end < len(checkpointMagic) || binary.LittleEndian.Uint32(b[end:]) != crc32.ChecksumIEEE(b[:end]) {
		return errors.New("it is damaged: its checksum is not that of its text")
	}
	r := &fieldReader{b[len(checkpointMagic):end]}
	if build := r.field(); string(build) != c.build {
		return errors.New("it was written by another build of explore")
	}
	if n := r.number(); n != uint64(len(targets)) {
		return fmt.Errorf("it is of an exploration of %d scenarios, not %d", n, len(targets))
	}
	for i, t := range targets {
		if name := string(r.field()); name != c.names[i] {
			return fmt.Errorf("it is of another exploration: %s, not %s", name, c.names[i])
		}
		state := r.field()
		if len(state) == 0 {
			continue
		}
		st, err := sched.ParseState(state)
		if err != nil {
			return fmt.Errorf("the state of %s is damaged: %w", t.name, err)
		}
		if err := st.Check(t.program, o); err != nil {
			return err
		}
		c.states[i] = st
	}
	return nil
}

// fieldReader reads what a checkpoint with the right checksum consists of. Beyond
// its end it reads nothing, which is in no checkpoint.
type fieldReader struct{ b []byte }

func (r *fieldReader) number() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.b = nil
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *fieldReader) field() []byte {
	n := min(r.number(), uint64(len(r.b)))
	f := r.b[:n]
	r.b = r.b[n:]
	return f
}
