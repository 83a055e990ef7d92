# Carries bytes between a TCP port and a PostgreSQL server's unix socket; perl-base is all it needs.
#   perl gate.pl SOCKET PORT
use strict;
use warnings;
use IO::Socket::INET;
use IO::Socket::UNIX;

my ($socket, $port) = @ARGV;
my $door = IO::Socket::INET->new(LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "cannot listen on $port: $@\n";
$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = $SIG{INT} = sub { exit 0 };

while (1) {
    my $guest = $door->accept or next;
    next if fork;
    close $door;
    my $server = IO::Socket::UNIX->new(Peer => $socket) or exit 1;
    fork ? carry($guest, $server) : carry($server, $guest);
}

sub carry {
    my ($from, $to) = @_;
    while (sysread $from, my $bytes, 1 << 16) {
        my $sent = 0;
        while ($sent < length $bytes) {
            my $now = syswrite $to, $bytes, length($bytes) - $sent, $sent;
            exit 1 unless defined $now;
            $sent += $now;
        }
    }
    shutdown $to, 1;
    exit 0;
}
