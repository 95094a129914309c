// Package durable is the file layer under everything that must survive the death of the process
// and the loss of power.
//
// An FS does each step in the order in which it has to reach the disk and reports success only when
// the bytes and the name are both there. The system calls, in order (O_CLOEXEC always; "dir" is the
// folder that holds the name; a staged name is StagedPrefix and 16 random hexadecimal digits):
//
//	Mkdir       mkdir(name), fsync(dir)
//	Stage       open(staged, O_WRONLY|O_CREAT|O_EXCL)
//	.Write      write(staged)...
//	.Sync       fsync(staged)
//	.Replace    [fsync(staged)], close(staged), rename(staged, name), fsync(dir)
//	.Publish    [fsync(staged)], close(staged), link(staged, name), fsync(dir), unlink(staged)
//	.Discard    close(staged), unlink(staged)
//	WriteFile   Stage, Write, Sync, Replace
//	CreateFile  Stage, Write, Sync, Publish: ErrExist if the name is taken, whatever took it
//	OpenAppend  open(name, O_RDWR|O_CREAT), fstat, and for an empty file fsync(dir)
//	.Append     pwrite(name, end), fsync(name)
//	.Truncate   ftruncate(name), fsync(name)
//	Remove      unlink(name), fsync(dir)
//	Destroy     open(name, O_WRONLY), pwrite(random bytes over all of it), fsync(name), close,
//	            unlink(name), fsync(dir)
//	Lock        open(name, O_RDWR|O_CREAT), flock(LOCK_EX|LOCK_NB), held until Unlock or death
//	Open        open(name, O_RDONLY), fstat; reads are pread
//	ReadFile    Open, pread of exactly the size fstat gave, then one byte more that must not be there
//	List        getdents, lstat of each
//	Space       statfs, lstat
//
// An fsync that failed is never tried again: Linux marks the pages clean and the second call would
// succeed with the bytes gone. A staged file whose Sync failed can only be discarded, an Appender is
// dead after any error; the caller writes again, from memory, under another staged name.
//
// What is left behind by a crash is always a staged name, and Sweep removes those. A crash inside
// Publish, or soon after, can leave a staged name beside the published one for the same bytes: Sweep
// takes away the name and does not touch the bytes. The folder must have one writer, which is what
// Lock is for.
//
// Destroy overwrites before it unlinks. On flash and on copy-on-write file systems old blocks may
// outlive that; what must be beyond recovery there needs an encrypted disk below.
package durable

import (
	"errors"
	"io/fs"
)

// ErrLocked is returned by Lock when another process, or this one, holds the lock.
var ErrLocked = errors.New("locked by another process")

// ErrShort is returned when a file has fewer bytes than its size or its caller said.
var ErrShort = errors.New("file ends early")

// ErrTooLarge is returned by ReadFile when a file is larger than the caller's bound.
var ErrTooLarge = errors.New("file is larger than allowed")

// ErrSpent is returned by a Staged that was published, replaced or discarded, and by an Appender
// after its first error.
var ErrSpent = errors.New("no longer writable")

// StagedPrefix begins the name of every file that is being written and does not count yet.
const StagedPrefix = ".staged-"

// Entry is one name in a folder.
type Entry struct {
	Name   string
	Size   int64 // bytes; 0 for a folder
	Folder bool
}

// Space is the room on the device under a folder, in bytes. Free is what an unprivileged process
// may still write. Two folders on one device have one Device number and share the room.
type Space struct {
	Total  int64
	Free   int64
	Device uint64
}

// A handle is an open file. Writes go to the offset given, or to the end by write.
type handle interface {
	contents
	control
}

type contents interface {
	write(p []byte) (int, error) // at the end of what this handle wrote
	writeAt(p []byte, off int64) (int, error)
	readAt(p []byte, off int64) (int, error)
	stat() (size int64, links int, err error)
}

type control interface {
	sync() error
	truncate(size int64) error
	flock() error // exclusive, does not wait; ErrLocked
	close() error
}

// A system does single steps, each of which a crash may fall before or after.
type system interface {
	names
	folders
}

type names interface {
	open(name string, flag int, perm fs.FileMode) (handle, error)
	rename(from, to string) error
	link(from, to string) error
	unlink(name string) error
}

type folders interface {
	mkdir(name string, perm fs.FileMode) error
	syncDir(name string) error
	list(name string) ([]Entry, error)
	space(name string) (Space, error)
}

// FS is a file system whose writes are durable when they return. It may be used by several
// goroutines; what it returns may be used by one at a time, but for File.
type FS struct {
	sys system
}

// OS is the operating system's file system.
func OS() *FS { return &FS{sys: disk{}} }
