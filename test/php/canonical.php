<?php
// What PHP itself makes of each line of JSON: the text that the Partner gateway signs and the one that WebPay signs, as the
// two specifications write them, each in Base64.
while (($line = fgets(STDIN)) !== false) {
    $data = json_decode(rtrim($line, "\n"), true);
    if (!is_array($data)) {
        echo "-\n";
        continue;
    }
    ksort($data);
    $text = '';
    foreach ($data as $key => $value) {
        if ($key !== 'sign' && $value != '' && !is_array($value)) {
            $text .= $key . '=' . $value . '&';
        }
    }
    unset($data['sign'], $data['sign_type']);
    echo base64_encode((string) json_encode($data)), ' ', base64_encode(trim($text, '&')), "\n";
}
