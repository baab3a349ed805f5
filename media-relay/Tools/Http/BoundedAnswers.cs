namespace PhoneAgent.MediaRelay.Tools.Http;

/// <summary>Lets no answer be longer than a number of bytes: reading further fails. For clients that read answers whole.</summary>
/// <param name="inner">Sends the requests.</param>
/// <param name="maxBytes">Of one answer's body.</param>
internal sealed class BoundedAnswers(HttpMessageHandler inner, int maxBytes) : DelegatingHandler(inner)
{
    // An answer is short; unless told, the framework takes an array of 128 kB from the large object heap to copy it by.
    private const int CopyBytes = 4 * 1024;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        var bounded = new StreamContent(new BoundedStream(await response.Content.ReadAsStreamAsync(cancellationToken), maxBytes), CopyBytes);
        foreach (var header in response.Content.Headers)
        {
            bounded.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        response.Content = bounded;
        return response;
    }

    private sealed class BoundedStream(Stream inner, int maxBytes) : Stream
    {
        private int _left = maxBytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Counted(inner.Read(buffer, offset, count));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Counted(await inner.ReadAsync(buffer, cancellationToken));

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }

        private int Counted(int read) => (_left -= read) >= 0 ? read : throw new IOException("The answer is too long.");
    }
}
